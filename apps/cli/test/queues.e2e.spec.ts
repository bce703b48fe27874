import { pathToFileURL } from 'node:url';
import { clipPath, startStack, type TestStack } from '@framefold/testing';

const LIMIT_MS = 180_000;

describe('the live queue', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ FRAMEFOLD_ENCODE_SLOTS: '1', FRAMEFOLD_LIVE_SLOTS: '1' });
  });
  afterAll(() => stack?.stop());

  it(
    'has capacity of its own, however much waits in the default queue',
    async () => {
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
      expect(await stack.follow(ordinary)).toMatchObject({ status: 'completed' });
    },
    LIMIT_MS,
  );
});
