import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { clipPath, startStack, storedFiles, until, type TestStack } from '@framefold/testing';
import { evidenceOf } from './job-evidence.ts';

const LIMIT_MS = 5 * 60_000;
const REQUEST = { sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href, segmentSeconds: 2 };
const ROLL_OUTS = 5;

describe('SIGTERM of a worker', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  });
  afterAll(() => stack?.stop(), 60_000);

  it(
    'at a random moment loses no chunk that can finish in the time of grace',
    async () => {
      let worker = await stack.startWorker();
      const jobs: string[] = [];
      let busy = 0;
      for (let round = 0; round < ROLL_OUTS; round += 1) {
        const jobId = await stack.submit(REQUEST);
        jobs.push(jobId);
        await stack.follow(jobId, ({ progress }) => progress.running > 0);
        await sleep(Math.random() * 2_000);
        if ((await evidenceOf(stack, jobId).encoders()).length > 0) busy += 1;
        worker.kill('SIGTERM');
        expect(await worker.ended).toBe(0);
        worker = await stack.startWorker();
      }
      expect(busy).toBeGreaterThan(0);
      for (const jobId of jobs) {
        const job = await stack.follow(jobId);
        expect(job.status).toBe('completed');
        expect(job.segments.filter(({ retryCount }) => retryCount > 0)).toEqual([]);
        const attempts = await evidenceOf(stack, jobId).attempts();
        expect(attempts.map(({ outcome }) => outcome?.result)).toEqual(attempts.map(() => 'committed'));
      }
      worker.kill('SIGTERM');
      await worker.ended;
    },
    LIMIT_MS,
  );

  it(
    'of all workers in turn, without grace, costs at most the chunks in flight',
    async () => {
      // A moment, in which no chunk finishes: what runs is handed back.
      const env = { FRAMEFOLD_DRAIN_SECONDS: '0.1' };
      let workers = [await stack.startWorker({ env }), await stack.startWorker({ env })];
      const jobId = await stack.submit(REQUEST);
      await stack.follow(jobId, ({ progress }) => progress.running > 1);
      let inFlight = 0;
      const replaced = [];
      for (const worker of workers) {
        const { progress } = await stack.job(jobId);
        expect(progress.percent).toBeLessThan(100);
        const evidence = evidenceOf(stack, jobId);
        const open = async (): Promise<number> =>
          (await evidence.attempts()).filter(({ outcome }) => outcome === undefined).length;
        await until(async () => (await open()) > 0);
        inFlight += await open();
        worker.kill('SIGTERM');
        expect(await worker.ended).toBe(0);
        replaced.push(await stack.startWorker({ env }));
      }
      workers = replaced;
      const job = await stack.follow(jobId);
      expect(job.status).toBe('completed');
      const attempts = await evidenceOf(stack, jobId).attempts();
      const results = attempts.map(({ outcome }) => outcome?.result);
      const handedBack = results.filter((result) => result === 'cancelled').length;
      expect(handedBack).toBeGreaterThan(0);
      expect(handedBack).toBeLessThanOrEqual(inFlight);
      expect(results.filter((result) => result !== 'cancelled' && result !== 'committed')).toEqual([]);
      await until(async () => (await storedFiles(join(stack.home, 'scratch'))).length === 0);
      for (const worker of workers) {
        worker.kill('SIGTERM');
        expect(await worker.ended).toBe(0);
      }
    },
    LIMIT_MS,
  );
});
