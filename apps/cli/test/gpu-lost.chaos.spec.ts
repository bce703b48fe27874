import { pathToFileURL } from 'node:url';
import { clipPath, startStack, type TestStack } from '@framefold/testing';
import { evidenceOf } from './job-evidence.ts';

const LIMIT_MS = 5 * 60_000;
const REQUEST = {
  sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
  segmentSeconds: 2,
  acceleration: 'hardware',
} as const;
const WITHOUT_GPU = 'media,encode-cpu';

describe('when the GPUs are gone', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
    await stack.startWorker({ roles: WITHOUT_GPU });
  });
  afterAll(() => stack?.stop(), 60_000);

  it(
    'before a job begins, it is encoded in software, with a warning',
    async () => {
      const job = await stack.follow(await stack.submit(REQUEST));
      expect(job.status).toBe('completed');
      expect(job.warnings.map(({ code }) => code)).toContain('GPU_UNAVAILABLE');
    },
    LIMIT_MS,
  );

  it(
    'in the middle of a job, its renditions are encoded anew in software, with a warning',
    async () => {
      const gpu = await stack.startWorker({ roles: 'encode-gpu', env: { FRAMEFOLD_GPU_STAND_INS: '1' } });
      const jobId = await stack.submit(REQUEST);
      await stack.follow(jobId, ({ progress }) => progress.completed > 3);
      gpu.kill('SIGKILL');
      const job = await stack.follow(jobId);
      expect(job.status).toBe('completed');
      expect(job.profiles.map(({ encoder }) => encoder)).toContain('libx264');
      const fellBack = job.warnings.filter(({ code }) => code === 'RENDITION_FELL_BACK');
      expect(fellBack.length).toBeGreaterThan(0);
      // No rendition is half of one encoder, half of the other.
      const commits = await evidenceOf(stack, jobId).commits();
      for (const { name, encoder } of job.profiles) {
        const generation = encoder === 'libx264' ? 1 : 0;
        const own = commits.filter((commit) => commit.renditions.some((part) => part.name === name));
        expect(own.filter((commit) => commit.generation === generation)).toHaveLength(job.plan?.chunks ?? 0);
      }
    },
    LIMIT_MS,
  );
});
