import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clipPath, planOf, requireTool } from '@framefold/testing';
import { createProcessRunner } from '../process/create-process-runner.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';

const ASKED = 32;
const SEGMENT_SECONDS = 2;

describe('a codec without a ceiling of its own', () => {
  let folder: string;
  let noise: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-ceiling-'));
    noise = join(folder, 'noise.mp4');
    // Nothing that an encoder could foresee, or an earlier frame be of use for.
    const picture =
      'testsrc2=size=160x90:rate=25:duration=4,noise=alls=60:allf=t+u:all_seed=1,format=yuv420p';
    const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '10', '-g', '50', noise];
    execFileSync(requireTool('ffmpeg'), ['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, ...coded]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Encodes the chunks of a source in their order. @returns of each chunk its quality, rate in kbit/s and bytes */
  const encode = async (sourceFile: string, maxrateKbps: number, endSeconds: number) => {
    const rung = {
      name: 'r',
      shortSide: 90,
      codec: 'vp9',
      preset: 'veryfast',
      crf: ASKED,
      maxrateKbps,
    } as const;
    const plan = await planOf(sourceFile, { ladder: [rung], segmentSeconds: SEGMENT_SECONDS, endSeconds });
    const engine = await createFfmpegEngine({
      ffmpeg: requireTool('ffmpeg'),
      runner: await createProcessRunner({}),
    });
    const chunks = [];
    for (const chunk of plan.chunks) {
      const scratchFolder = await mkdtemp(join(folder, 'scratch-'));
      const [rendition] = await engine.encodeChunk({ sourceFiles: [sourceFile], plan, scratchFolder }, chunk);
      if (rendition === undefined) throw new Error('no rendition');
      const { crf, initFile, segments } = rendition;
      const sizes = await Promise.all(segments.map(async ({ file }) => (await stat(file)).size));
      const seconds = segments.map(({ durationTicks }) => durationTicks / rendition.timescale);
      const kbps = Math.max(...sizes.map((size, index) => (size * 8) / 1000 / (seconds[index] ?? 0)));
      const bytes = await Promise.all(
        [initFile, ...segments.map(({ file }) => file)].map((file) => readFile(file)),
      );
      chunks.push({ crf, kbps, init: bytes[0], bytes });
    }
    return chunks;
  };

  it.each([
    ['noise', () => noise, 500],
    ['noise under a ceiling a fiftieth of what it takes', () => noise, 50],
    ['a clip', () => clipPath('crystal-12s.mp4'), 50],
  ])('stays under it all the same, by a coarser quality: %s', async (_, source, ceiling) => {
    const chunks = await encode(source(), ceiling, 4);
    expect(chunks).toHaveLength(2);
    for (const { crf, kbps } of chunks) {
      expect(crf).toBeGreaterThan(ASKED);
      expect(kbps).toBeLessThanOrEqual(ceiling);
    }
  });

  it('has the quality that was asked for where that is under its ceiling', async () => {
    const chunks = await encode(noise, 100_000, 4);
    expect(chunks.map(({ crf }) => crf)).toEqual([undefined, undefined]);
  });

  it('gives the same bytes each time, and one init segment whatever the quality', async () => {
    const source = clipPath('crystal-12s.mp4');
    const once = await encode(source, 50, 4);
    expect(await encode(source, 50, 4)).toEqual(once);
    const [asked] = await encode(source, 2000, 2);
    expect(asked?.crf).toBeUndefined();
    for (const { init } of once) expect(init).toEqual(asked?.init);
  });
});
