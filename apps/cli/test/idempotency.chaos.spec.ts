import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { clipPath, startStack, until, type TestStack } from '@framefold/testing';
import { workflowCount } from './workflow-count.ts';

const LIMIT_MS = 10 * 60_000;
const KILLS = 20;

/** The latest moment of a kill after the request went out, in ms: answers take about so long. */
const LATEST_KILL_MS = 40;

/** When an id was made, in ms since the epoch: its first 48 bits (RFC 9562, section 5.7). */
function bornAt(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

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
      let accepted = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const key = `${path}-${kill}`;
        const control = await stack.pid('control');
        const first = post(path, key, body);
        await sleep(Math.random() * LATEST_KILL_MS);
        const killedAt = Date.now();
        process.kill(control, 'SIGKILL');
        const answered = await first;
        const again = await until(() => post(path, key, body));
        if (answered !== undefined) expect(again).toBe(answered);
        else if (bornAt(again) <= killedAt) accepted += 1;
        ids.add(again);
      }
      // The key was bound before the kill, and the answer was lost by it.
      expect(accepted).toBeGreaterThan(0);
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
