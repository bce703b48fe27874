import { z } from 'zod';
import { fieldIssues, type FieldIssue } from './field-issues.ts';

const Span = z
  .strictObject({ from: z.number(), to: z.number().max(9) })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be above from' });
const issuesOf = (schema: z.ZodType, value: unknown): FieldIssue[] =>
  fieldIssues(schema.safeParse(value).error?.issues ?? []);

describe('what is wrong with a field', () => {
  it.each<[unknown, FieldIssue[]]>([
    [{ from: 2, to: 1 }, [{ path: 'to', message: 'must be above from', rule: true }]],
    [{ from: 2, to: 3, by: 1 }, [{ path: 'by', message: 'Unknown field' }]],
  ])('is told from a rule between fields: %j', (value, expected) => {
    expect(issuesOf(Span, value)).toEqual(expected);
  });

  it('is its form where it has another', () => {
    expect(issuesOf(Span, { from: 2, to: 10 })).toEqual([{ path: 'to', message: expect.any(String) }]);
  });

  it('is its name where names have a rule', () => {
    const schema = z.object({ tags: z.record(z.string().regex(/^a/, 'must begin with a'), z.string()) });
    expect(issuesOf(schema, { tags: { ab: '', b: '' } })).toEqual([
      { path: 'tags.b', message: 'its name must begin with a', rule: true },
    ]);
  });

  it('is a rule also inside of an alternative', () => {
    const even = z
      .string()
      .regex(/^\d$/, { abort: true })
      .refine((text) => Number(text) % 2 === 0, { error: 'must be even' });
    const schema = z.object({ span: z.union([z.number(), even, Span]) });
    expect(issuesOf(schema, { span: '3' })).toEqual([{ path: 'span', message: 'must be even', rule: true }]);
    expect(issuesOf(schema, { span: 'x' })).toEqual([{ path: 'span', message: expect.any(String) }]);
    expect(issuesOf(schema, { span: { from: 2, to: 1 } })).toEqual([
      { path: 'span.to', message: 'must be above from', rule: true },
    ]);
  });
});
