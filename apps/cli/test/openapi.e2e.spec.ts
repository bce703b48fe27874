import { startStack, type TestStack } from '@framefold/testing';
import { compareWithDescription, SHORT_JOBS } from './schemathesis/compare-with-description.ts';

const LIMIT_MS = 900_000;

describe('the API of a stack without configuration', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack(SHORT_JOBS);
  });
  afterAll(() => stack?.stop());

  it(
    'answers as it is described, at the limits of its schemas (npm run test:schema asks more)',
    async () => {
      const asked = { examples: 1, phases: ['examples', 'coverage'], dryRuns: false } as const;
      const { findings, operations, cases } = await compareWithDescription(stack, asked);
      expect(findings).toBe('');
      expect(operations).toBeGreaterThan(40);
      expect(cases).toBeGreaterThan(1000);
    },
    LIMIT_MS,
  );
});
