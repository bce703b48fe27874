import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VIDEO_TIMESCALE, type Plan, type VideoRendition } from '@framefold/domain';
import { videoRendition } from '@framefold/domain/testing';
import type { LocalRendition } from './encode-engine.ts';
import { underCeilings } from './under-ceilings.ts';

const SECONDS = 4;
const RATES = { maxrateKbps: 800, bufsizeKbps: 1600 };
const CEILING_BYTES = (RATES.maxrateKbps * SECONDS * 1000) / 8;

const vp9 = (name: string): VideoRendition =>
  videoRendition({ name, codec: 'vp9', encoder: 'libvpx-vp9', crf: 32, ...RATES });

describe('underCeilings', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'framefold-ceilings-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Encodes to files of the sizes that are given by name and quality, and notes what it was asked for. */
  const encode = (sizes: (name: string, crf: number) => number) => {
    const asked: string[][] = [];
    const run = async ({ renditions }: Plan): Promise<LocalRendition[]> => {
      asked.push(renditions.map(({ name, crf }) => `${name} ${crf}`));
      return Promise.all(
        renditions.map(async ({ name, crf = 0 }) => {
          const file = join(folder, name);
          await writeFile(file, Buffer.alloc(sizes(name, crf)));
          const segment = {
            index: 0,
            file,
            samples: 1,
            startTicks: 0,
            durationTicks: SECONDS * VIDEO_TIMESCALE,
          };
          return { name, timescale: VIDEO_TIMESCALE, initFile: file, segments: [segment] };
        }),
      );
    };
    return { asked, run };
  };
  const planWith = (...renditions: VideoRendition[]): Plan => ({ renditions }) as unknown as Plan;

  it('encodes once what is under its ceiling', async () => {
    const { asked, run } = encode(() => CEILING_BYTES);
    const done = await underCeilings(planWith(vp9('large'), vp9('small')), run);
    expect(asked).toEqual([['large 32', 'small 32']]);
    expect(done.map(({ name, crf }) => [name, crf])).toEqual([
      ['large', undefined],
      ['small', undefined],
    ]);
  });

  it('encodes coarser what is above its ceiling, that alone, until it is not', async () => {
    const { asked, run } = encode((name, crf) =>
      name === 'small' ? CEILING_BYTES / 2 : Math.round(CEILING_BYTES * 2 ** ((50 - crf) / 10)),
    );
    const done = await underCeilings(planWith(vp9('large'), vp9('small')), run);
    // 18 steps above, 10 of which halve it: aimed at 0.95 with 8 steps, then at 0.9 with the 10 that showed.
    expect(asked).toEqual([['large 32', 'small 32'], ['large 47'], ['large 52']]);
    expect(done.map(({ name, crf }) => [name, crf])).toEqual([
      ['large', 52],
      ['small', undefined],
    ]);
  });

  it('leaves their ceilings to encoders that have them, and to average rates', async () => {
    const { asked, run } = encode(() => 2 * CEILING_BYTES);
    const { crf: _, ...average } = { ...vp9('average'), averageKbps: 500 };
    await underCeilings(planWith(videoRendition({ name: 'h264', ...RATES }), average), run);
    expect(asked).toHaveLength(1);
  });
});
