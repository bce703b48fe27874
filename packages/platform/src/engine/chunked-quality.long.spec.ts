import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VideoCodec, type Plan } from '@framefold/domain';
import { clipPath, planOf, requireTool } from '@framefold/testing';
import { createProcessRunner } from '../process/create-process-runner.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';

/** What cutting into chunks may cost: decibels of the mean picture, share of the bytes, decibels at a border. */
const MOST_LOSS_DB = 0.3;
const MOST_BYTES = 0.02;
const MOST_DIP_DB = 1;

/** Frames on each side of a border among which its frames must not stand out. */
const NEIGHBOURS = 24;

const run = promisify(execFile);

const CLIPS = ['bunny-480p24-30s.mp4', 'cars-30s.mp4', 'crystal-12s.mp4'] as const;

/** Each codec at its own constant quality and preset, under one ceiling. */
const CASES = VideoCodec.options.flatMap((codec) => CLIPS.map((clip) => ({ codec, clip })));

/** An encode in chunks less, or over, one in one piece; and how far a border's frames fall below those around. */
interface Figures {
  readonly loss: number;
  readonly bytes: number;
  readonly dip: number;
}

describe('an encode in chunks, beside one of the same settings in one piece', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'framefold-quality-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Encodes a plan's only rendition. @returns the file, and the frames with which its chunks begin */
  const encode = async (sourceFile: string, plan: Plan): Promise<{ file: string; borders: number[] }> => {
    const runner = await createProcessRunner({});
    const engine = await createFfmpegEngine({ ffmpeg: requireTool('ffmpeg'), runner });
    const parts: Buffer[] = [];
    const borders: number[] = [];
    let frames = 0;
    for (const chunk of plan.chunks) {
      const scratchFolder = await mkdtemp(join(folder, 'chunk-'));
      const [rendition] = await engine.encodeChunk({ sourceFiles: [sourceFile], plan, scratchFolder }, chunk);
      if (rendition === undefined) throw new Error('no rendition');
      if (parts.length === 0) parts.push(await readFile(rendition.initFile));
      for (const { file } of rendition.segments) parts.push(await readFile(file));
      borders.push(frames);
      frames += chunk.frames;
    }
    const file = join(folder, `${plan.chunks.length}-chunks.mp4`);
    await writeFile(file, Buffer.concat(parts));
    return { file, borders };
  };

  /** Likeness of each frame to the source's, in decibels. */
  const likeness = async (sourceFile: string, file: string, plan: Plan): Promise<number[]> => {
    const [rendition] = plan.renditions;
    const scaled = `[1:v]scale=${rendition?.width}:${rendition?.height}:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,setsar=1,format=yuv420p,settb=1/90000,setpts=N[a]`;
    const filter = `${scaled};[0:v]settb=1/90000,setpts=N[b];[b][a]psnr=stats_file=-`;
    const { stdout } = await run(
      requireTool('ffmpeg'),
      ['-nostdin', '-v', 'error', '-i', file, '-i', sourceFile, '-lavfi', filter, '-an', '-f', 'null', '-'],
      { maxBuffer: 1 << 26 },
    );
    return [...stdout.matchAll(/psnr_avg:(\S+)/g)].map(([, value]) =>
      value === 'inf' ? 60 : Math.min(60, Number(value)),
    );
  };

  const compare = async (codec: VideoCodec, clip: string): Promise<Figures> => {
    const sourceFile = clipPath(clip);
    const rung = { name: 'r', shortSide: 360, codec, maxrateKbps: 800, preset: 'medium' } as const;
    const plan = await planOf(sourceFile, { ladder: [rung], segmentSeconds: 6 });
    expect(plan.chunks.length).toBeGreaterThanOrEqual(2);
    const segments = plan.chunks.flatMap((chunk) => chunk.segments);
    const whole = {
      ...plan,
      chunks: [
        { index: 0, input: 0, segments, seekPts: plan.inputs[0]?.firstPts ?? 0, frames: plan.video.frames },
      ],
    };
    const chunked = await encode(sourceFile, plan);
    const single = await encode(sourceFile, whole);
    const [inChunks, inOne] = [
      await likeness(sourceFile, chunked.file, plan),
      await likeness(sourceFile, single.file, plan),
    ];
    expect([inChunks.length, inOne.length]).toEqual([plan.video.frames, plan.video.frames]);
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const bytes = (await stat(chunked.file)).size / (await stat(single.file)).size;
    const dips = chunked.borders.slice(1).flatMap((border) =>
      [border - 1, border].map((frame) => {
        const around = inChunks
          .slice(Math.max(0, border - NEIGHBOURS), border + NEIGHBOURS)
          .filter((_, index) => ![border - 1, border].includes(index + Math.max(0, border - NEIGHBOURS)));
        return Math.min(...around) - (inChunks[frame] ?? 0);
      }),
    );
    const figures = { loss: mean(inOne) - mean(inChunks), bytes, dip: Math.max(...dips) };
    process.stdout.write(`${codec} ${clip}: ${JSON.stringify(figures)}\n`);
    return figures;
  };

  it.each(CASES)(
    'is as good and as large, and shows no border: $codec $clip',
    async ({ codec, clip }) => {
      const { loss, bytes, dip } = await compare(codec, clip);
      expect(Math.abs(loss)).toBeLessThanOrEqual(MOST_LOSS_DB);
      expect(Math.abs(bytes - 1)).toBeLessThanOrEqual(MOST_BYTES);
      expect(dip).toBeLessThanOrEqual(MOST_DIP_DB);
    },
    900_000,
  );
});
