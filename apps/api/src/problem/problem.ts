import { JobState } from '@framefold/domain';
import { z } from 'zod';
import type { ProblemError } from './problem-error.ts';
import { PROBLEMS, problemKind, type ProblemCode } from './problems.ts';

/** What is wrong with one field. */
const FieldProblem = z.object({
  path: z.string(),
  message: z.string(),
  rule: z
    .literal(true)
    .optional()
    .describe('The value has the form that is described here, but not with the others, or not in this place'),
});

/**
 * The body of every answer that is an error: RFC 9457 problem details (https://www.rfc-editor.org/rfc/rfc9457). Some
 * have members of their own (section 3.2).
 */
export const Problem = z.looseObject({
  type: z.string().describe('Identifies the kind of problem'),
  title: z.string(),
  status: z
    .union([z.number().int().min(400).max(599), JobState])
    .describe('The number of the answer; where a job is in the wrong state for the request: that state'),
  detail: z.string().describe('What is wrong with this very request'),
  instance: z.string().describe('The path of the request'),
  code: z
    .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
    .describe('Stable; clients may branch on it'),
  error: z.string().describe('The same sentence as detail'),
  hint: z.string().optional(),
  errors: z.array(FieldProblem).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** The media type of {@link Problem}. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/**
 * The answer for a refusal.
 *
 * @param instance path of the request
 */
export function toProblem({ code, message, detail }: ProblemError, instance: string): Problem {
  const { status, title, hint } = problemKind(code);
  return {
    type: `urn:framefold:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: message,
    instance,
    code,
    error: message,
    ...(hint === undefined ? {} : { hint }),
    ...(detail.errors === undefined ? {} : { errors: [...detail.errors] }),
    // The manifest's 409 says the job's status (a word) where RFC 9457 has the number.
    ...detail.members,
  };
}
