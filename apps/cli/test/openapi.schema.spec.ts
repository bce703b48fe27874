import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { framefold, startStack, type TestStack } from '@framefold/testing';
import { compareWithDescription, SHORT_JOBS } from './schemathesis/compare-with-description.ts';

const LIMIT_MS = 3_600_000;

const ALL = { examples: 20, phases: ['examples', 'coverage', 'fuzzing', 'stateful'] } as const;

/** Asks as someone, and tells how much was asked. */
async function expectAsDescribed(stack: TestStack, who: string, key?: string): Promise<void> {
  const { findings, operations, cases } = await compareWithDescription(stack, { ...ALL, key });
  expect(findings).toBe('');
  expect(operations).toBeGreaterThan(40);
  process.stderr.write(`${who}: ${operations} operations, ${cases} cases as described\n`);
}

describe('the API of a stack without configuration', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack(SHORT_JOBS);
  });
  afterAll(() => stack?.stop(), 60_000);

  it('answers as it is described', () => expectAsDescribed(stack, 'no key needed'), LIMIT_MS);
});

describe('the API of a stack that needs keys', () => {
  let stack: TestStack;
  beforeAll(async () => {
    const fast = 'rate=100000,burst=100000';
    stack = await startStack({ ...SHORT_JOBS, FRAMEFOLD_KEYS: 'required', FRAMEFOLD_RATE_LIMIT: fast });
  });
  afterAll(() => stack?.stop(), 60_000);

  const operatorKey = async (): Promise<string> =>
    (await readFile(join(stack.home, 'operator-key'), 'utf8')).trim();
  const works = async (key: string): Promise<number> =>
    (await fetch(`${stack.apiUrl}/api/jobs`, { headers: { authorization: `Bearer ${key}` } })).status;

  it('answers nobody without a key', () => expectAsDescribed(stack, 'without a key'), LIMIT_MS);

  it(
    'answers a key that may read alone as it is described',
    async () => {
      const { stdout } = await framefold(['keys', 'create', '--scope', 'read'], stack.env);
      const key = stdout.trim();
      await expectAsDescribed(stack, 'a key that reads', key);
      expect(await works(key)).toBe(200);
    },
    LIMIT_MS,
  );

  it(
    'answers an admin key as it is described',
    async () => {
      const key = await operatorKey();
      await expectAsDescribed(stack, 'an admin key', key);
      // Had it been revoked on the way, what came after would say nothing.
      expect(await works(key)).toBe(200);
    },
    LIMIT_MS,
  );
});
