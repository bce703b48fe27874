import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded } from '@framefold/domain';
import {
  clipPath,
  processesNaming,
  startStack,
  storedFiles,
  until,
  type TestStack,
} from '@framefold/testing';
import { evidenceOf } from './job-evidence.ts';

const KILLS = 50;
/** Of a worker, in ms: long enough to take work. */
const SHORTEST_LIFE_MS = 1_000;
const LONGEST_LIFE_MS = 6_000;

/** Jobs at a time: a chunk that was lost comes back only when its worker has been silent for 30 s. */
const OPEN_JOBS = 5;
const LIMIT_MS = 20 * 60_000;
const REQUEST = { sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href, segmentSeconds: 2 };

describe('fifty kill -9 of the worker at random moments', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  });
  afterAll(() => stack?.stop(), 60_000);

  it(
    'lose no job and leave nothing behind',
    async () => {
      let worker = await stack.startWorker();
      const first = await stack.submit(REQUEST);
      expect(await stack.follow(first)).toMatchObject({ status: 'completed' });
      const undisturbed = await evidenceOf(stack, first).checksums();

      const jobs: string[] = [];
      let interrupted = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const ended = await Promise.all(jobs.map(async (jobId) => hasEnded((await stack.job(jobId)).status)));
        for (let open = ended.filter((has) => !has).length; open < OPEN_JOBS; open += 1) {
          jobs.push(await stack.submit(REQUEST));
        }
        await sleep(SHORTEST_LIFE_MS + Math.random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
        const doomed = await processesNaming(join(stack.home, 'scratch'));
        if (doomed.length > 0) interrupted += 1;
        worker.kill('SIGKILL');
        expect(await worker.ended).toBe('SIGKILL');
        // Nothing survives it, not even for the time that the next one takes to start.
        await until(async () => (await processesNaming(join(stack.home, 'scratch'))).length === 0);
        worker = await stack.startWorker();
      }
      expect(interrupted).toBeGreaterThan(KILLS / 2);
      for (const jobId of jobs) {
        expect(await stack.follow(jobId)).toMatchObject({ status: 'completed' });
        expect(await evidenceOf(stack, jobId).checksums()).toBe(undisturbed);
      }
      await until(async () => (await storedFiles(join(stack.home, 'scratch'))).length === 0);
      worker.kill('SIGTERM');
      expect(await worker.ended).toBe(0);
    },
    LIMIT_MS,
  );
});
