import { execFileSync } from 'node:child_process';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clipPath, crashingFfmpeg, startStack, until, type TestStack } from '@framefold/testing';

const LIMIT_MS = 240_000;
const sourceUrl = pathToFileURL(clipPath('portrait.mp4')).href;

describe('a worker that should take no work', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  });
  afterAll(() => stack?.stop(), 60_000);

  /** Workers as `GET /api/workers` shows them. */
  const shown = async (pid: number): Promise<{ status: string; statusReasons: string[] } | undefined> => {
    const answer = (await (await fetch(`${stack.apiUrl}/api/workers`)).json()) as {
      workers: { pid: number; status: string; statusReasons: string[] }[];
    };
    return answer.workers.find((worker) => worker.pid === pid);
  };

  it(
    'takes none while its disk is full, and goes on when there is room again',
    async () => {
      const scratch = join(stack.home, 'scratch');
      // A small disk of its own.
      execFileSync('mkdir', ['-p', scratch]);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', scratch]);
      try {
        const worker = await stack.startWorker();
        const { bavail, bsize } = await statfs(scratch);
        const filler = join(scratch, 'filler');
        const file = await open(filler, 'w');
        await file.write(Buffer.alloc(Math.floor(bavail * bsize * 0.97)));
        await file.close();
        await until(async () => (await shown(worker.pid))?.status === 'quarantined');
        expect((await shown(worker.pid))?.statusReasons).toEqual([
          'Less than 5 % of the scratch disk is free.',
        ]);
        const jobId = await stack.submit({ sourceUrl });
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        expect(await stack.job(jobId)).toMatchObject({ progress: { completed: 0, running: 0 } });
        await rm(filler);
        expect(await stack.follow(jobId)).toMatchObject({ status: 'completed' });
        worker.kill('SIGTERM');
        expect(await worker.ended).toBe(0);
      } finally {
        execFileSync('umount', [scratch]);
      }
    },
    LIMIT_MS,
  );

  it(
    'takes none after it broke on three jobs, says why, and goes on when its trial encode works',
    async () => {
      const { variables: env, source } = await crashingFfmpeg(join(stack.home, 'crashing'));
      const worker = await stack.startWorker({ env });
      const bad = await Promise.all(
        [1, 2, 3].map(() => stack.submit({ sourceUrl: pathToFileURL(source).href })),
      );
      await until(async () => (await shown(worker.pid))?.status === 'quarantined');
      expect((await shown(worker.pid))?.statusReasons).toEqual([
        expect.stringMatching(/^Encodes of 3 different jobs failed here in a row \(encode\w+ on \S+\)\.$/),
      ]);
      const good = await stack.submit({ sourceUrl });
      expect(await stack.follow(good)).toMatchObject({ status: 'completed' });
      for (const jobId of bad) {
        expect(await stack.follow(jobId)).toMatchObject({ failure: { code: 'ENCODER_CRASHED' } });
      }
      worker.kill('SIGTERM');
      expect(await worker.ended).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'takes none without the sandbox that is required, and says so',
    async () => {
      const worker = await stack.startWorker({
        env: { FRAMEFOLD_BWRAP: '/bin/false', FRAMEFOLD_SANDBOX: 'required' },
        until: ['starting'],
      });
      await until(async () => (await shown(worker.pid))?.statusReasons.join().includes('sandbox:'));
      const jobId = await stack.submit({ sourceUrl });
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(await stack.job(jobId)).toMatchObject({ status: 'probing' });
      const other = await stack.startWorker();
      expect(await stack.follow(jobId)).toMatchObject({ status: 'completed' });
      for (const running of [worker, other]) {
        running.kill('SIGTERM');
        expect(await running.ended).toBe(0);
      }
    },
    LIMIT_MS,
  );
});
