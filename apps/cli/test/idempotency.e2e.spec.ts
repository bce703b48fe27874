import { pathToFileURL } from 'node:url';
import { clipPath, startStack, until, type TestStack } from '@framefold/testing';
import { workflowCount } from './workflow-count.ts';

const LIMIT_MS = 180_000;
const REQUESTS = 1_000;

describe('an Idempotency-Key', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.stop());

  it(
    'of a thousand requests at once makes one workflow',
    async () => {
      const body = JSON.stringify({ sourceUrl: pathToFileURL(clipPath('fragmented.mp4')).href });
      const post = async () => {
        const answer = await fetch(`${stack.apiUrl}/api/transcode`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': 'a-thousand' },
          body,
        });
        const { jobId } = (await answer.json()) as { jobId?: string };
        return { status: answer.status, jobId };
      };
      const answers = await Promise.all(Array.from({ length: REQUESTS }, post));
      const [first] = answers;
      expect(answers).toEqual(answers.map(() => ({ status: 201, jobId: first?.jobId })));
      expect(await stack.follow(first?.jobId ?? '')).toMatchObject({ status: 'completed' });
      const ofJobs = "WorkflowType = 'transcodeJob'";
      await until(
        async () => (await workflowCount(stack, `${ofJobs} AND ExecutionStatus = 'Completed'`)) > 0,
      );
      expect(await workflowCount(stack, ofJobs)).toBe(1);
      const { jobs } = (await (await fetch(`${stack.apiUrl}/api/jobs`)).json()) as { jobs: unknown[] };
      expect(jobs).toHaveLength(1);
    },
    LIMIT_MS,
  );
});
