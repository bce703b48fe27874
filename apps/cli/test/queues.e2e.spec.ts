import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clipPath, scriptedFfmpeg, startStack, type TestStack } from '@framefold/testing';

const LIMIT_MS = 180_000;

describe('the live queue', () => {
  let folder: string;
  let stack: TestStack;
  let held: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-queues-'));
    held = join(folder, 'held');
    stack = await startStack({
      // As long as the file is there, encodes of one source wait.
      FRAMEFOLD_FFMPEG: await scriptedFfmpeg(
        folder,
        `case "$*" in *bunny-480p24-30s*libx264*) while [ -e "${held}" ]; do sleep 0.1; done;; esac`,
      ),
      // The script is none of the programs of a sandbox.
      FRAMEFOLD_SANDBOX: 'off',
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
      await writeFile(held, '');
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
      await rm(held);
      expect(await stack.follow(ordinary)).toMatchObject({ status: 'completed' });
    },
    LIMIT_MS,
  );
});
