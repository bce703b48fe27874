import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  clipPath,
  holdableFfmpeg,
  startStack,
  type HoldableFfmpeg,
  type TestStack,
} from '@framefold/testing';

const LIMIT_MS = 180_000;

describe('the live queue', () => {
  let folder: string;
  let stack: TestStack;
  let encoder: HoldableFfmpeg;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-queues-'));
    // Encodes of one source alone can be held.
    encoder = await holdableFfmpeg(folder, '*bunny-480p24-30s*libx264*');
    stack = await startStack({
      ...encoder.variables,
      FRAMEFOLD_ENCODE_SLOTS: '1',
      FRAMEFOLD_LIVE_SLOTS: '1',
    });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'has capacity of its own, however much waits in the default queue',
    async () => {
      await encoder.hold();
      const ordinary = await stack.submit({
        sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
        segmentSeconds: 1,
      });
      await stack.follow(ordinary, ({ progress }) => progress.running > 0);
      const live = await stack.submit({
        sourceUrl: pathToFileURL(clipPath('portrait.mp4')).href,
        queue: 'live',
        // Not by being more urgent.
        priority: 9,
      });
      expect(await stack.follow(live)).toMatchObject({ status: 'completed' });
      expect(await stack.job(ordinary)).toMatchObject({ status: 'transcoding' });
      await encoder.release();
      expect(await stack.follow(ordinary)).toMatchObject({ status: 'completed' });
    },
    LIMIT_MS,
  );
});

describe('a stack whose workers come later', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_STACK_WORKER: 'no' });
  });
  afterAll(() => stack?.stop());

  it(
    'says what a job waits for, whatever its state, until a worker takes it',
    async () => {
      const jobId = await stack.submit({ sourceUrl: pathToFileURL(clipPath('portrait.mp4')).href });
      const waiting = await stack.follow(jobId, ({ status, waitingFor }) => {
        return status === 'probing' && waitingFor !== undefined;
      });
      expect(waiting.waitingFor).toBe('a media worker: none polls framefold-media');
      await stack.startWorker();
      expect(await stack.follow(jobId)).toMatchObject({ status: 'completed' });
    },
    LIMIT_MS,
  );
});
