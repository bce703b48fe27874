import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requireTool } from './tools.ts';

const RATE_HZ = 48_000;
/** How much sound is compared, and how far off it is looked for, in seconds. */
const WINDOW_SECONDS = 0.25;
const REACH_SECONDS = 0.05;
/** Sound below this is as good as none, of 1: the clips hold real sound of -52 dB. */
const SILENCE = 0.001;

/** A sound track in one channel of 48 kHz. */
export interface Sound {
  /** Time of the first sample. */
  readonly startSeconds: number;
  readonly samples: Float32Array;
}

/** By how many seconds one sound comes after another. */
export interface SoundLag {
  /** Where the first of it is most alike. */
  readonly start: number;
  /** Where the last of it is most alike. */
  readonly end: number;
  /** From the moment when one falls silent to that when the other does: negative where the other lacks its end. */
  readonly silence: number;
}

/** A file's sound where libavformat and the decoder put it on the file's own clock, as seconds after `originSeconds`. */
export async function readSound(path: string, originSeconds: number, stream = '0:a:0'): Promise<Sound> {
  const filters = `aformat=sample_fmts=flt:sample_rates=${RATE_HZ}:channel_layouts=mono,asettb=1/${RATE_HZ},ashowinfo`;
  const { stdout, stderr } = await promisify(execFile)(
    requireTool('ffmpeg'),
    [
      ...['-nostdin', '-hide_banner', '-nostats', '-copyts', '-i', path, '-map', stream],
      ...['-af', filters, '-c:a', 'pcm_f32le', '-f', 'f32le', '-'],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 28 },
  );
  const blocks = [...stderr.toString().matchAll(/ n:\d+ pts:(-?\d+) .* nb_samples:(\d+)/g)].map(
    ([, pts, count]) => ({ pts: Number(pts), count: Number(count) }),
  );
  const first = blocks[0]?.pts ?? 0;
  const end = blocks.reduce((most, { pts, count }) => Math.max(most, pts + count), first);
  const samples = new Float32Array(end - first);
  let read = 0;
  for (const { pts, count } of blocks) {
    for (let index = 0; index < count; index++) {
      samples[pts - first + index] = stdout.readFloatLE((read + index) * 4);
    }
    read += count;
  }
  return { startSeconds: first / RATE_HZ - originSeconds, samples };
}

/** When the first frame of a picture is shown, in seconds on the file's own clock. */
export async function pictureStart(path: string, stream = '0:v:0'): Promise<number> {
  const { stderr } = await promisify(execFile)(requireTool('ffmpeg'), [
    ...['-nostdin', '-hide_banner', '-nostats', '-copyts', '-i', path, '-map', stream],
    ...['-vf', 'settb=1/1000000,showinfo', '-fps_mode', 'passthrough', '-frames:v', '1', '-f', 'null', '-'],
  ]);
  return Number(/ n: *0 pts: *(-?\d+)/.exec(stderr)?.[1]) / 1_000_000;
}

/**
 * Finds the place at which two sounds are most alike, to the sample: once from the first sound on that the source has
 * after time zero, and once up to its last.
 *
 * @param untilSeconds where what is wanted of the source ends, where that is before its end
 * @returns undefined where that is silence
 * @throws {Error} where they are not alike at all
 */
export function soundLag(source: Sound, made: Sound, untilSeconds = Infinity): SoundLag | undefined {
  const heard = stretch(source, untilSeconds);
  if (heard === undefined) return undefined;
  const window = Math.min(heard.end - heard.start, WINDOW_SECONDS * RATE_HZ);
  const startAt = Math.min(heard.firstLoud, heard.end - window);
  const endAt = Math.max(heard.start, heard.lastLoud - window);
  const silentAt = ({ startSeconds }: Sound, lastLoud = NaN): number => startSeconds + lastLoud / RATE_HZ;
  return {
    start: lagOf(source, made, startAt, window),
    end: lagOf(source, made, endAt, window),
    silence: silentAt(made, stretch(made, Infinity)?.lastLoud) - silentAt(source, heard.lastLoud),
  };
}

/** Positions of a sound's samples. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly firstLoud: number;
  readonly lastLoud: number;
}

/** What is heard from time zero on; undefined where that is nothing. */
function stretch({ startSeconds, samples }: Sound, untilSeconds: number): Stretch | undefined {
  const start = Math.ceil((Math.max(0, startSeconds) - startSeconds) * RATE_HZ);
  const end = Math.min(samples.length, Math.floor((untilSeconds - startSeconds) * RATE_HZ));
  const heard = samples.subarray(start, end);
  const loudest = heard.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (loudest < SILENCE) return undefined;
  const isLoud = (value: number): boolean => Math.abs(value) > loudest / 10;
  return {
    start,
    end,
    firstLoud: start + heard.findIndex(isLoud),
    lastLoud: start + heard.findLastIndex(isLoud),
  };
}

/** Normalised cross-correlation of a window of the source with what was made of it. */
function lagOf(source: Sound, made: Sound, from: number, count: number): number {
  const aside = Math.round((source.startSeconds - made.startSeconds) * RATE_HZ);
  const reach = REACH_SECONDS * RATE_HZ;
  const wanted = samplesFrom(source, from, count);
  const around = samplesFrom(made, from + aside - reach, count + 2 * reach);
  const sourceEnergy = wanted.reduce((sum, value) => sum + value * value, 0);
  let energy = around.subarray(0, count).reduce((sum, value) => sum + value * value, 0);
  let best = { lag: NaN, likeness: 0 };
  for (let shift = 0; shift <= 2 * reach; shift++) {
    let product = 0;
    for (let index = 0; index < count; index++) product += wanted[index]! * around[shift + index]!;
    const likeness = energy > 0 ? product / Math.sqrt(energy * sourceEnergy) : 0;
    if (likeness > best.likeness) best = { lag: shift - reach, likeness };
    energy += (around[shift + count] ?? 0) ** 2 - around[shift]! ** 2;
  }
  if (best.likeness < 0.5) throw new Error(`The sounds are not alike (${best.likeness.toFixed(2)}).`);
  return best.lag / RATE_HZ;
}

/** A stretch of a sound's samples; silence where it has none. */
function samplesFrom({ samples }: Sound, from: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => samples[from + index] ?? 0);
}
