import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@framefold/config';
import {
  addQuality,
  MOST_PSNR_DB,
  qualityOf,
  type Plan,
  type Quality,
  type TranscodeRequestBody,
} from '@framefold/domain';
import { planOfSlice, sliceArgv, type SegmentSums } from '@framefold/media';
import { clipPath, generatedClip, planOf, requireTool, type GeneratedClipName } from '@framefold/testing';
import { createProcessRunner } from '../process/create-process-runner.ts';
import type { ProcessRunner } from '../process/process-runner.ts';
import type { EncodeEngine } from './encode-engine.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';
import { createFfmpegQualityMeter } from './ffmpeg-quality-meter.ts';
import type { QualityMeter } from './quality-meter.ts';

const BUNNY = clipPath('bunny-480p24-30s.mp4');

/** Frames in motion, whole seconds of them, around the keyframe at 11.9 s: 24 frames each. */
const IN_MOTION = { startSeconds: 11, endSeconds: 13, segmentSeconds: 1 };

type Rung = Extract<TranscodeRequestBody['ladder'], readonly unknown[]>[number];

describe('the quality meter on ffmpeg', () => {
  let folder: string;
  let runner: ProcessRunner;
  let engine: EncodeEngine;
  let meter: QualityMeter;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-meter-'));
    const { bwrap } = loadConfig().tools;
    runner = await createProcessRunner(bwrap === undefined ? {} : { bwrap });
    engine = await createFfmpegEngine({ ffmpeg: requireTool('ffmpeg'), runner });
    meter = createFfmpegQualityMeter({ ffmpeg: requireTool('ffmpeg'), runner });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const rung = (fields: Partial<Rung>): TranscodeRequestBody['ladder'] => [
    { name: 'r', shortSide: 480, preset: 'ultrafast', maxrateKbps: 50_000, ...fields },
  ];
  const planned = (
    file: string,
    rungOf: Partial<Rung>,
    request: Partial<TranscodeRequestBody> = {},
  ): Promise<Plan> => planOf(file, { ladder: rung(rungOf), qualityReport: true, ...request });

  /** Encodes a plan's only rendition. @returns what it has for each chunk, as a file */
  const encode = async (sourceFile: string, plan: Plan): Promise<string[]> => {
    const files: string[] = [];
    for (const chunk of plan.chunks) {
      const scratchFolder = await mkdtemp(join(folder, 'chunk-'));
      const [rendition] = await engine.encodeChunk({ sourceFiles: [sourceFile], plan, scratchFolder }, chunk);
      if (rendition === undefined) throw new Error('no rendition');
      const parts = [rendition.initFile, ...rendition.segments.map(({ file }) => file)];
      const file = join(scratchFolder, 'rendition.mp4');
      await writeFile(file, Buffer.concat(await Promise.all(parts.map((part) => readFile(part)))));
      files.push(file);
    }
    return files;
  };

  /** Compares what a plan's chunks have, by file, with the source. @returns the segments of the only rendition */
  const compare = async (sourceFile: string, plan: Plan, files: readonly string[]): Promise<SegmentSums> => {
    const segments: SegmentSums = [];
    const [rendition] = plan.renditions;
    if (rendition === undefined) throw new Error('no rendition');
    for (const chunk of plan.chunks) {
      const scratchFolder = await mkdtemp(join(folder, 'measured-'));
      const renditionFile = join(scratchFolder, 'rendition.mp4');
      await writeFile(renditionFile, await readFile(files[chunk.index] ?? ''));
      const task = { sourceFile, plan, scratchFolder, renditionFile };
      segments.push(...(await meter.measure(task, chunk, rendition)));
    }
    return segments;
  };
  const whole = (segments: SegmentSums): Quality => qualityOf(addQuality(segments.map(({ sums }) => sums)));
  const measure = async (sourceFile: string, plan: Plan): Promise<Quality> =>
    whole(await compare(sourceFile, plan, await encode(sourceFile, plan)));

  it('finds no difference in a lossless copy', async () => {
    const quality = await measure(BUNNY, await planned(BUNNY, { crf: 0 }, IN_MOTION));
    expect(quality).toMatchObject({ psnrDb: MOST_PSNR_DB, psnrYDb: MOST_PSNR_DB, ssim: 1 });
    expect(quality.vmaf).toBeGreaterThan(96);
    expect(quality.vmafLowest).toBeGreaterThan(95);
  });

  it('ranks by what was lost, and shows a shift by a single frame', async () => {
    const plan = await planned(BUNNY, { crf: 20, preset: 'medium' }, IN_MOTION);
    const good = await measure(BUNNY, plan);
    const bad = await measure(BUNNY, await planned(BUNNY, { crf: 45 }, IN_MOTION));
    const small = await measure(BUNNY, await planned(BUNNY, { crf: 20, shortSide: 144 }, IN_MOTION));
    // The same number of frames at the same times, each of them the one after the right one.
    const frame = 1 / 24;
    const later = await planned(
      BUNNY,
      { crf: 20, preset: 'medium' },
      { ...IN_MOTION, startSeconds: 11 + frame, endSeconds: 13 + frame },
    );
    const shifted = whole(await compare(BUNNY, plan, await encodeAs(plan, later)));
    expect(good.vmaf).toBeGreaterThan(90);
    for (const worse of [bad, small, shifted]) {
      expect(worse.vmaf ?? NaN).toBeLessThan((good.vmaf ?? NaN) - 10);
      expect(worse.vmafHarmonicMean ?? NaN).toBeLessThan((good.vmafHarmonicMean ?? NaN) - 10);
      expect(worse.psnrDb).toBeLessThan(good.psnrDb - 5);
      expect(worse.ssim).toBeLessThan(good.ssim);
    }
  });

  /** Encodes `other`'s frames in the chunks of `plan`. */
  const encodeAs = async (plan: Plan, other: Plan): Promise<string[]> => {
    const frames = (of: Plan): number[] => of.chunks.map((chunk) => chunk.frames);
    expect(frames(other)).toEqual(frames(plan));
    return encode(BUNNY, other);
  };

  it.each<[string, () => Promise<string>, Partial<TranscodeRequestBody>]>([
    ['of a film', () => Promise.resolve(BUNNY), IN_MOTION],
    ['of steady motion', () => generatedClip('bt709.mp4'), { segmentSeconds: 1 }],
  ])('gives a chunk the scores that its frames have in one piece: %s', async (_, clip, part) => {
    const source = await clip();
    const plan = await planned(source, { crf: 36 }, part);
    const files = await encode(source, plan);
    expect(files.length).toBeGreaterThan(1);
    const inChunks = await compare(source, plan, files);
    const segments = plan.chunks.flatMap((chunk) => chunk.segments);
    const seekPts = plan.chunks[0]?.seekPts ?? 0;
    const onePiece = {
      ...plan,
      chunks: [{ index: 0, input: 0, segments, seekPts, frames: plan.video.frames }],
    };
    // All have the same init segment, which the first one brings.
    const parts = await Promise.all(
      files.map(async (file, index) => {
        const bytes = await readFile(file);
        return index === 0 ? bytes : bytes.subarray(bytes.indexOf('moof') - 4);
      }),
    );
    const joined = join(folder, 'joined.mp4');
    await writeFile(joined, Buffer.concat(parts));
    const inOne = await compare(source, onePiece, [joined]);
    expect(inChunks.map(({ index }) => index)).toEqual(inOne.map(({ index }) => index));
    for (const [position, { sums }] of inChunks.entries()) {
      const [chunked, single] = [qualityOf(sums), qualityOf(inOne[position]?.sums ?? sums)];
      expect(Math.abs((chunked.vmaf ?? NaN) - (single.vmaf ?? NaN))).toBeLessThan(0.1);
      expect(Math.abs((chunked.vmafLowest ?? NaN) - (single.vmafLowest ?? NaN))).toBeLessThan(1);
      expect({ ...chunked, vmaf: 0, vmafHarmonicMean: 0, vmafLowest: 0 }).toEqual({
        ...single,
        ...{ vmaf: 0, vmafHarmonicMean: 0, vmafLowest: 0 },
      });
    }
  });

  it('gives the same numbers each time, and from a slice of the source', async () => {
    const plan = await planned(BUNNY, { crf: 30, shortSide: 240 }, IN_MOTION);
    const files = await encode(BUNNY, plan);
    const once = await compare(BUNNY, plan, files);
    expect(await compare(BUNNY, plan, files)).toEqual(once);
    const last = plan.chunks.at(-1);
    const [rendition] = plan.renditions;
    if (last === undefined || rendition === undefined) throw new Error('no chunk');
    const scratchFolder = await mkdtemp(join(folder, 'slice-'));
    const slice = join(scratchFolder, 'slice.mp4');
    const seek = { from: 'keyframe', earlierSeconds: 0 } as const;
    const { exitCode } = await runner.run({
      program: requireTool('ffmpeg'),
      args: sliceArgv(plan, last, BUNNY, slice, seek, 'mp4'),
      readable: [BUNNY],
      writable: scratchFolder,
    });
    expect(exitCode).toBe(0);
    const renditionFile = join(scratchFolder, 'rendition.mp4');
    await writeFile(renditionFile, await readFile(files.at(-1) ?? ''));
    const task = { sourceFile: slice, plan: planOfSlice(plan, last), scratchFolder, renditionFile };
    expect(await meter.measure(task, last, rendition)).toEqual(once.slice(-last.segments.length));
  });

  it('refuses to compare other frames than were planned', async () => {
    const plan = await planned(BUNNY, { crf: 30, shortSide: 144 }, { ...IN_MOTION, segmentSeconds: 2 });
    const shorter = await planned(BUNNY, { crf: 30, shortSide: 144 }, { ...IN_MOTION, endSeconds: 12.9 });
    const files = await encode(BUNNY, shorter);
    await expect(compare(BUNNY, plan, files)).rejects.toMatchObject({ code: 'QUALITY_MISALIGNED' });
    const longer = await encode(BUNNY, plan);
    await expect(compare(BUNNY, shorter, longer)).rejects.toMatchObject({ code: 'QUALITY_MISALIGNED' });
  });

  it.each<[GeneratedClipName, Partial<Rung>]>([
    ['vfr-gaps.mp4', {}],
    ['rate-23-976.mp4', {}],
    ['rate-59-94.mp4', { maxFrameRate: 30 }],
    ['negative-start.ts', {}],
    ['open-gop-hevc.mp4', {}],
    ['rotated-90.mp4', {}],
    ['sar-4-3.mkv', { codec: 'vp9' }],
    ['odd-size-4-2-0.webm', { codec: 'hevc' }],
    ['full-range.mp4', { codec: 'av1' }],
    ['bt2020-sdr.mp4', {}],
    ['rgb.mp4', {}],
    ['hdr10-hevc.mp4', {}],
  ])('compares the right frames of %s', async (name, fields) => {
    const file = await generatedClip(name);
    const plan = await planned(file, { crf: 12, ...fields }, { segmentSeconds: 2, endSeconds: 3 });
    const quality = await measure(file, plan);
    expect(quality.psnrYDb).toBeGreaterThan(36);
    expect(quality.vmaf).toBeGreaterThan(85);
  });

  it('compares deinterlaced frames with deinterlaced ones', async () => {
    const file = await generatedClip('interlaced-top-first.mp4');
    const marked = await planned(file, { crf: 12 }, { segmentSeconds: 1, endSeconds: 2 });
    const [input] = marked.inputs;
    if (input?.treatment === undefined) throw new Error('no picture');
    const treatment = { ...input.treatment, deinterlace: 'tff' as const };
    const plan: Plan = { ...marked, inputs: [{ ...input, treatment }] };
    expect((await measure(file, plan)).psnrYDb).toBeGreaterThan(36);
  });

  it('has PSNR and SSIM alone where HDR is kept', async () => {
    const file = await generatedClip('hdr10-hevc.mp4');
    const quality = await measure(
      file,
      await planned(file, { codec: 'hevc', dynamicRange: 'source', crf: 12 }, { endSeconds: 2 }),
    );
    expect(Object.keys(quality)).toEqual(['psnrYDb', 'psnrDb', 'ssim']);
    expect(quality.psnrYDb).toBeGreaterThan(36);
  });
});
