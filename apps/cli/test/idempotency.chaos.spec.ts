import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { clipPath, startStack, until, type TestStack } from '@framefold/testing';
import { workflowCount } from './workflow-count.ts';

const LIMIT_MS = 10 * 60_000;
const KILLS = 20;

/** The latest moment of a kill after the request went out, in ms: answers take about so long. */
const LATEST_KILL_MS = 40;

describe('kill -9 of the API between accept and answer', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  });
  afterAll(() => stack?.stop(), 60_000);

  const post = async (path: string, key: string, body: object): Promise<string | undefined> => {
    try {
      const answer = await fetch(`${stack.apiUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
      const { jobId, batchId } = (await answer.json()) as { jobId?: string; batchId?: string };
      return answer.status === 201 ? (jobId ?? batchId) : undefined;
    } catch {
      // It was killed, or is not back yet.
      return undefined;
    }
  };

  it.each([
    ['/api/transcode', { sourceUrl: pathToFileURL(clipPath('fragmented.mp4')).href }, 1],
    ['/api/batches', { jobs: [1, 2, 3].map((priority) => ({ scenario: '720p30-h264', priority })) }, 3],
  ])(
    'leaves one %s of every key when the client comes again',
    async (path, body, jobsEach) => {
      const before = await workflowCount(stack, "WorkflowType = 'transcodeJob'");
      const ids = new Set<string>();
      let unanswered = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const key = `${path}-${kill}`;
        const control = await stack.pid('control');
        const first = post(path, key, body);
        await sleep(Math.random() * LATEST_KILL_MS);
        process.kill(control, 'SIGKILL');
        const answered = await first;
        if (answered === undefined) unanswered += 1;
        const again = await until(() => post(path, key, body));
        if (answered !== undefined) expect(again).toBe(answered);
        ids.add(again);
      }
      expect(unanswered).toBeGreaterThan(0);
      expect(ids.size).toBe(KILLS);
      const expected = before + KILLS * jobsEach;
      await until(async () => (await workflowCount(stack, "WorkflowType = 'transcodeJob'")) >= expected);
      // Visibility follows within a second: were there more, they would be counted by now.
      await sleep(2_000);
      expect(await workflowCount(stack, "WorkflowType = 'transcodeJob'")).toBe(expected);
    },
    LIMIT_MS,
  );
});
