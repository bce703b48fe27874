import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clipPath, decodeTree, startStack, type TestStack } from '@framefold/testing';

const FRAMES = 10_883;

/** Minutes of encoding: beside the other clips, which `clips.e2e.spec.ts` runs, this one has a command of its own. */
describe('six minutes of 1080p', () => {
  let stack: TestStack;
  beforeAll(async () => (stack = await startStack()), 120_000);
  afterAll(() => stack.stop(), 60_000);

  it('come out whole at four rungs', async () => {
    const sourceUrl = pathToFileURL(clipPath('long-1080p-6min.mp4')).href;
    const job = await stack.follow(await stack.submit({ sourceUrl }));
    expect(job).toMatchObject({ status: 'completed', warnings: [] });
    const renditions = await decodeTree(join(stack.home, 'store/jobs', job.id, 'output'));
    const frames = renditions.flatMap((rendition) =>
      rendition.kind === 'video' ? [[rendition.name, rendition.frames, rendition.startSeconds]] : [],
    );
    expect(frames).toEqual([
      ['1080p', FRAMES, 1],
      ['360p', FRAMES, 1],
      ['480p', FRAMES, 1],
      ['720p', FRAMES, 1],
    ]);
  }, 1_200_000);
});
