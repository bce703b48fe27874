import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { framesIn, type LadderRung, type Plan, type PlannedChunk } from '@framefold/domain';
import { generatedClip, planOf, requireTool, type GeneratedClipName } from '@framefold/testing';
import { beginsWithTrack, chunkArgv, type Seek } from './chunk-argv.ts';

interface Kind {
  readonly what: string;
  readonly clip: GeneratedClipName;
  readonly rung?: Partial<LadderRung>;
  /** Longer where a command line takes long to set up. */
  readonly segmentSeconds?: number;
  /** What a probe would measure, where marks are wrong. */
  readonly deinterlace?: 'bff';
  /** That what is to be tried is really in the plan. */
  readonly planned: object;
}

const DEINTERLACED = (deinterlace: 'tff' | 'bff'): object => ({ treatment: { deinterlace } });
const CAPPED = (num: number, den: number): object => ({ frameRateCaps: { only: { num, den } } });
const CONVERTED = (conversion: string): object => ({ treatment: { colour: { conversion } } });

const KINDS: readonly Kind[] = [
  { what: 'fields, the top one first', clip: 'interlaced-top-first.mp4', planned: DEINTERLACED('tff') },
  {
    what: 'fields, the bottom one first',
    clip: 'interlaced-bottom-first.mkv',
    deinterlace: 'bff',
    planned: DEINTERLACED('bff'),
  },
  { what: 'fields, with open GOPs in MPEG-TS', clip: 'interlaced-open-gop.ts', planned: DEINTERLACED('tff') },
  {
    what: 'fields, and half the frames',
    clip: 'interlaced-top-first.mp4',
    rung: { maxFrameRate: 13 },
    planned: { ...DEINTERLACED('tff'), ...CAPPED(25, 2) },
  },
  {
    what: '59.94 to 29.97',
    clip: 'rate-59-94.mp4',
    rung: { maxFrameRate: 30 },
    planned: CAPPED(60_000, 2002),
  },
  { what: '50 to 25', clip: 'rate-50.ts', rung: { maxFrameRate: 25 }, planned: CAPPED(50, 2) },
  {
    what: '24 to 8, with sparse keyframes',
    clip: 'long-gop.ts',
    rung: { maxFrameRate: 8 },
    planned: CAPPED(24, 3),
  },
  {
    what: 'unsteady, to at most 12',
    clip: 'vfr-jitter.mkv',
    rung: { maxFrameRate: 12 },
    planned: CAPPED(12_000, 1000),
  },
  {
    what: 'unsteady, with gaps',
    clip: 'vfr-gaps.mp4',
    rung: { maxFrameRate: 10 },
    planned: CAPPED(10_000, 1000),
  },
  { what: 'a negative clock', clip: 'negative-start.ts', rung: { maxFrameRate: 13 }, planned: CAPPED(25, 2) },
  {
    what: 'open GOPs in H.264',
    clip: 'open-gop-h264.mp4',
    rung: { maxFrameRate: 13 },
    planned: CAPPED(25, 2),
  },
  { what: 'open GOPs in HEVC', clip: 'open-gop-hevc.mp4', planned: CONVERTED('keep') },
  {
    what: 'HDR10 that becomes SDR',
    clip: 'hdr10-hevc.mp4',
    segmentSeconds: 2.2,
    planned: CONVERTED('tone-map'),
  },
];

/** Where the engine begins, on each try. */
const SEEKS: readonly Seek[] = [{ from: 'keyframe', earlierSeconds: 0 }, { from: 'start' }];

const run = promisify(execFile);

describe('frames before they are encoded', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'framefold-frames-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Time and hash of every frame that a chunk's own command line brings to the only rendition's encoder. */
  const framesOf = async (plan: Plan, chunk: PlannedChunk, sourceFile: string): Promise<string[]> => {
    const [rendition] = plan.renditions;
    const wanted = chunk.segments.reduce((sum, segment) => sum + framesIn(segment, rendition?.name ?? ''), 0);
    const output = join(folder, 'frames');
    for (const seek of beginsWithTrack(plan, chunk) ? SEEKS.slice(-1) : SEEKS) {
      const argv = chunkArgv(plan, chunk, { sourceFile, outputFile: () => output }, seek);
      const withoutEncoder = argv.slice(0, argv.indexOf('-c:v'));
      const { failed } = await run(requireTool('ffmpeg'), [...withoutEncoder, '-f', 'framemd5', output]).then(
        () => ({ failed: false }),
        () => ({ failed: true }),
      );
      const lines = failed ? [] : (await readFile(output, 'utf8')).split('\n');
      const frames = lines.filter((line) => line.startsWith('0,')).map(timeAndHash);
      if (frames.length === wanted) return frames;
    }
    throw new Error(`Chunk ${chunk.index} does not give its ${wanted} frames.`);
  };

  it.each(KINDS)(
    'are in chunks what they are in one piece: $what',
    async ({ clip, rung, segmentSeconds = 1.1, deinterlace, planned }) => {
      const sourceFile = await generatedClip(clip);
      const marked = await planOf(sourceFile, {
        ladder: [{ name: 'only', shortSide: 72, maxrateKbps: 500, ...rung }],
        // Keyframes of the clips are further apart, or at other places.
        segmentSeconds,
      });
      const [input] = marked.inputs;
      if (input?.treatment === undefined) throw new Error(`${clip} has no picture.`);
      const plan =
        deinterlace === undefined
          ? marked
          : { ...marked, inputs: [{ ...input, treatment: { ...input.treatment, deinterlace } }] };
      expect(plan.inputs[0]).toMatchObject(planned);
      expect(plan.chunks.length).toBeGreaterThan(1);
      expect(plan.chunks.some(({ seekPts, segments }) => seekPts < (segments[0]?.sourceStartPts ?? 0))).toBe(
        true,
      );
      const segments = plan.chunks.flatMap((chunk) => chunk.segments);
      const whole = { index: 0, input: 0, segments, seekPts: input.firstPts, frames: plan.video.frames };

      const inChunks: string[] = [];
      for (const chunk of plan.chunks) inChunks.push(...(await framesOf(plan, chunk, sourceFile)));
      expect(inChunks).toEqual(await framesOf(plan, whole, sourceFile));
      // A clip whose frames were all alike would show nothing.
      expect(new Set(inChunks.map((frame) => frame.split(' ')[1])).size).toBeGreaterThan(inChunks.length / 2);
    },
  );
});

/** `stream, dts, pts, duration, size, hash`, as ffmpeg writes it. */
function timeAndHash(line: string): string {
  const [, , pts, , , hash] = line.split(',').map((field) => field.trim());
  return `${pts} ${hash}`;
}
