import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LadderRung, Plan, VideoRendition } from '@framefold/domain';
import { generatedClip, planOf, requireTool, type GeneratedClipName } from '@framefold/testing';
import { createProcessRunner } from '../process/create-process-runner.ts';
import type { ProcessRunner } from '../process/process-runner.ts';
import type { EncodeEngine } from './encode-engine.ts';
import { createFfmpegEngine } from './ffmpeg-engine.ts';

/** Of one test: qemu is some forty times slower than the machine it runs on. */
const TIMEOUT_MS = 300_000;

/**
 * Processors that qemu stands in for, named by the last of their vector instructions. It knows no AVX-512, which is tried
 * where this machine itself has it.
 */
const EMULATED = { sse3: 'Opteron_G1', 'sse4.2': 'Nehalem', avx2: 'Haswell' } as const;
type Emulated = keyof typeof EMULATED;

interface Kind {
  readonly name: string;
  readonly clip: GeneratedClipName;
  /** Of the one rendition; sound alone where there is none. */
  readonly rung?: Partial<LadderRung>;
  /** What shows that the plan is of this kind. */
  readonly planned: unknown;
  /** All that are emulated, unless said. */
  readonly on?: readonly Emulated[];
}

/** Pictures large enough for what encoders decide differently to show. */
function encoder(name: string, expected: Partial<VideoRendition>, rung: Partial<LadderRung> = {}): Kind {
  return {
    name,
    clip: 'sar-4-3.mkv',
    rung: { shortSide: 180, ...rung },
    planned: { renditions: [expected] },
  };
}

const X264 = encoder('x264 at constant quality', { encoder: 'libx264', crf: 22 });

const ENCODERS: readonly Kind[] = [
  X264,
  encoder('x264 in two passes', { encoder: 'libx264', passes: 2 }, { averageKbps: 250, passes: 2 }),
  encoder('x265', { encoder: 'libx265' }, { codec: 'hevc', preset: 'fast' }),
  encoder('libvpx in VP9', { encoder: 'libvpx-vp9' }, { codec: 'vp9', preset: 'fast' }),
  encoder('SVT-AV1', { encoder: 'libsvtav1' }, { codec: 'av1', preset: 'fast' }),
];

const SOURCES: readonly Kind[] = [
  {
    name: 'a source in fields',
    clip: 'interlaced-top-first.mp4',
    planned: { inputs: [{ treatment: { deinterlace: 'tff' } }] },
    rung: {},
  },
  {
    name: 'HDR10 that becomes SDR',
    clip: 'hdr10-hevc.mp4',
    planned: { inputs: [{ treatment: { colour: { conversion: 'tone-map' } } }] },
    rung: {},
    // One is enough that has no fused multiply-add: to set colours up takes qemu more than a minute.
    on: ['sse4.2'],
  },
  {
    name: 'HDR that stays HDR',
    clip: 'hlg-hevc.mp4',
    planned: { renditions: [{ dynamicRange: 'hlg' }] },
    rung: { codec: 'hevc', dynamicRange: 'source' },
  },
  {
    name: 'RGB',
    clip: 'rgb.mp4',
    planned: { inputs: [{ treatment: { colour: { conversion: 'matrix' } } }] },
    rung: {},
  },
  {
    name: 'a frame rate that is thinned out',
    clip: 'rate-59-94.mp4',
    planned: { inputs: [{ frameRateCaps: { one: { num: 60_000, den: 2002 } } }] },
    rung: { maxFrameRate: 30 },
  },
  { name: 'MPEG-2', clip: 'mpeg2-ac3.ts', planned: { inputs: [{ treatment: {} }] }, rung: {} },
  { name: 'MPEG-4 part 2', clip: 'mpeg4-mp3.avi', planned: { inputs: [{ treatment: {} }] }, rung: {} },
  { name: 'VP9', clip: 'odd-size-4-2-0.webm', planned: { inputs: [{ treatment: {} }] }, rung: {} },
];

const SOUND: Kind = { name: 'AAC', clip: 'surround-5-1.mp4', planned: { audio: [{ codec: 'aac' }] } };

/** What keeps bytes the same, and command lines without it. */
const PRECAUTIONS: readonly { readonly name: string; readonly kind: Kind; readonly without: ChangeArgs }[] = [
  {
    name: 'cpu-independent=1 of x264',
    kind: X264,
    without: (args) => args.map((arg) => arg.replace(':cpu-independent=1', '')),
  },
  {
    name: '-cpuflags sse2 for AAC',
    kind: SOUND,
    without: (args) => args.filter((arg) => arg !== '-cpuflags' && arg !== 'sse2'),
  },
];

type ChangeArgs = (args: readonly string[]) => readonly string[];

describe('on any x86-64 processor', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-cpus-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Checksums of all files of a kind as one processor makes them, this machine's own unless one is named. */
  const madeOn = async (
    processor: Emulated | undefined,
    kind: Kind,
    change?: ChangeArgs,
  ): Promise<readonly string[]> => {
    const clip = await generatedClip(kind.clip);
    const plan = await planOfSecond(clip, kind);
    expect(plan).toMatchObject(kind.planned as Plan);
    const engine = await engineOn(processor, change);
    return encode(engine, clip, plan, await mkdtemp(join(folder, 'scratch-')));
  };

  it.each([...ENCODERS, ...SOURCES, SOUND])(
    '$name: the same bytes',
    async (kind) => {
      const native = await madeOn(undefined, kind);
      expect(native.length).toBeGreaterThan(1);
      const processors = kind.on ?? (Object.keys(EMULATED) as Emulated[]);
      const made = await Promise.all(processors.map((processor) => madeOn(processor, kind)));
      expect(Object.fromEntries(processors.map((processor, index) => [processor, made[index]]))).toEqual(
        Object.fromEntries(processors.map((processor) => [processor, native])),
      );
    },
    TIMEOUT_MS,
  );

  it.each(PRECAUTIONS)(
    'without $name: other bytes',
    async ({ kind, without }) => {
      expect(await madeOn('avx2', kind, without)).not.toEqual(await madeOn('sse3', kind, without));
    },
    TIMEOUT_MS,
  );
});

/** The engine, its ffmpeg on a processor. Without a sandbox, into which qemu would have to be let. */
async function engineOn(
  processor: Emulated | undefined,
  change: ChangeArgs = (args) => args,
): Promise<EncodeEngine> {
  const bare = await createProcessRunner({});
  const run: ProcessRunner['run'] = (command) => {
    const args = change(command.args);
    if (processor === undefined) return bare.run({ ...command, args });
    const emulated = ['-cpu', EMULATED[processor], command.program, ...args];
    return bare.run({ ...command, program: requireQemu(), args: emulated });
  };
  return createFfmpegEngine({ ffmpeg: requireTool('ffmpeg'), runner: { isolation: 'none', run } });
}

function requireQemu(): string {
  // Framefold itself never starts it, so this is not part of its configuration.
  const path = process.env.FRAMEFOLD_QEMU;
  if (path === undefined || path === '')
    throw new Error('FRAMEFOLD_QEMU is not set; run the tests by npm run test:cpus.');
  return path;
}

/** The plan of a clip's first second: of its picture, or of its sound alone. */
async function planOfSecond(clip: string, { rung }: Kind): Promise<Plan> {
  const rate = { segmentSeconds: 1, endSeconds: 1 };
  if (rung === undefined) return planOf(clip, { ladder: 'audio-only', ...rate });
  const ladder = [{ name: 'one', shortSide: 80, maxrateKbps: 500, preset: 'medium', ...rung } as const];
  return { ...(await planOf(clip, { ladder, ...rate })), audio: [] };
}

/** Checksums of all files that come out of a plan. */
async function encode(
  engine: EncodeEngine,
  sourceFile: string,
  plan: Plan,
  scratchFolder: string,
): Promise<readonly string[]> {
  const task = { sourceFiles: [sourceFile], plan, scratchFolder };
  const renditions = [
    ...(await Promise.all(plan.chunks.map((chunk) => engine.encodeChunk(task, chunk)))).flat(),
    ...(await Promise.all(plan.audio.map((track) => engine.encodeAudio(task, track)))),
  ];
  const files = renditions.flatMap(({ initFile, segments }) => [
    initFile,
    ...segments.map(({ file }) => file),
  ]);
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file);
      return createHash('sha256').update(bytes).digest('hex');
    }),
  );
}
