import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys } from '@framefold/domain';
import { clipPath, generatedClip, startStack, storedFiles, until, type TestStack } from '@framefold/testing';

/** Sources that are cut differently: by an index, without one, with unsteady times, and one that can't be cut. */
const SOURCES: readonly (readonly [name: string, mode: string, path: () => Promise<string>])[] = [
  ['bunny-480p24-30s.mp4', 'slices', () => Promise.resolve(clipPath('bunny-480p24-30s.mp4'))],
  ['hdr10-av1.mp4', 'slices', () => Promise.resolve(clipPath('hdr10-av1.mp4'))],
  ['long-gop.ts', 'slices', () => generatedClip('long-gop.ts')],
  ['open-gop-h264.mp4', 'slices', () => generatedClip('open-gop-h264.mp4')],
  ['vfr-jitter.mkv', 'slices', () => generatedClip('vfr-jitter.mkv')],
  ['interlaced-top-first.mp4', 'slices', () => generatedClip('interlaced-top-first.mp4')],
  ['mpeg4-mp3.avi', 'slices', () => generatedClip('mpeg4-mp3.avi')],
  ['prores-pcm.mov', 'slices', () => generatedClip('prores-pcm.mov')],
  ['negative-start.ts', 'in-place', () => generatedClip('negative-start.ts')],
];

describe('slices of the source', () => {
  const stacks: Partial<Record<'whole' | 'sliced', TestStack>> = {};
  beforeAll(async () => {
    stacks.whole = await startStack({ FRAMEFOLD_SLICES: 'never' });
    stacks.sliced = await startStack({ FRAMEFOLD_SLICES: 'always' });
  });
  afterAll(() => Promise.all([stacks.whole?.stop(), stacks.sliced?.stop()]));

  const outcome = async (kind: 'whole' | 'sliced', path: string, ...appended: readonly string[]) => {
    const stack = stacks[kind];
    if (stack === undefined) throw new Error('The stack did not start.');
    const rung = { name: 'small', shortSide: 240, maxrateKbps: 500, preset: 'ultrafast' } as const;
    const jobId = await stack.submit({
      sourceUrl: pathToFileURL(path).href,
      append: appended.map((other) => ({ sourceUrl: pathToFileURL(other).href })),
      segmentSeconds: 1,
      ladder: [rung],
    });
    const job = await stack.follow(jobId);
    expect(job.failure).toBeUndefined();
    const output = join(stack.home, 'store', storeKeys.output(jobId));
    // The record follows the job's last event.
    const record = join(output, 'events.jsonl');
    await until(() => Promise.resolve(existsSync(record)));
    const log = await readFile(record, 'utf8');
    const left = await storedFiles(join(stack.home, 'store', storeKeys.slices(jobId)));
    return {
      sums: await readFile(join(output, 'SHA256SUMS'), 'utf8'),
      mode: /"mode":"([^"]+)"/.exec(log)?.[1],
      left,
    };
  };

  it.each(SOURCES)('give the bytes that the whole source gives: %s (%s)', async (_, mode, path) => {
    const file = await path();
    const [whole, sliced] = await Promise.all([outcome('whole', file), outcome('sliced', file)]);
    expect([whole.mode, sliced.mode]).toEqual(['in-place', mode]);
    expect(sliced.sums).toBe(whole.sums);
    expect(sliced.left).toEqual([]);
  });

  it('are cut of each of several sources', async () => {
    const first = await generatedClip('vfr-jitter.mkv');
    const second = await generatedClip('long-gop.ts');
    const [whole, sliced] = [await outcome('whole', first, second), await outcome('sliced', first, second)];
    expect([whole.mode, sliced.mode]).toEqual(['in-place', 'slices']);
    expect(sliced.sums).toBe(whole.sums);
  });
});
