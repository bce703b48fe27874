import { chunkResult, type JobFold } from './fold.ts';
import { liveChunks, type LiveUnit } from './live.ts';
import { parseChunkUnit } from './store-keys.ts';

/** Share of a job's percentage that encoding stands for; the rest is probing and merging. */
const ENCODING_PERCENT = { from: 1, to: 98 } as const;

/** A speed needs at least this much encoding behind it, in seconds. */
const MINIMUM_ELAPSED_SECONDS = 1;

export interface Estimate {
  readonly percent: number;
  /** ms since the epoch; absent while unknown, while nothing is encoded or when the job has ended. */
  readonly eta?: number;
  /** Media seconds per second since encoding began. */
  readonly speed?: number;
}

/** Frames of each video rendition that are encoded, by name: whole chunks, and what running encoders report. */
export function framesByRendition(job: JobFold, live: readonly LiveUnit[]): ReadonlyMap<string, number> {
  const { renditions, chunks } = job.plan ?? { renditions: [], chunks: [] };
  const running = liveChunks(live);
  const framesOf = (rendition: string): number =>
    chunks.reduce((sum, chunk, index) => {
      if (chunkResult(job, index, rendition) !== undefined) return sum + chunk.frames;
      return sum + Math.min(chunk.frames, running(index, rendition)?.framesDone ?? 0);
    }, 0);
  return new Map(renditions.map(({ name }) => [name, framesOf(name)]));
}

/** Frames of the picture that are encoded; one that is done at some renditions counts by their share of the pixels. */
export function framesEncoded(job: JobFold, live: readonly LiveUnit[]): number {
  const frames = framesByRendition(job, live);
  let pixels = 0;
  let encodedPixels = 0;
  for (const { name, width, height } of job.plan?.renditions ?? []) {
    pixels += width * height;
    encodedPixels += width * height * (frames.get(name) ?? 0);
  }
  return pixels === 0 ? 0 : encodedPixels / pixels;
}

/** Share of a job's encoding that is done, from 0 to 1: of the picture, or, where there is none, of the sound tracks. */
export function shareEncoded(job: JobFold, live: readonly LiveUnit[]): number {
  const { frames = 0, audio = [] } = job.plan ?? {};
  if (frames > 0) return framesEncoded(job, live) / frames;
  return audio.length === 0 ? 0 : Object.keys(job.audio).length / audio.length;
}

/** Seconds that encoders ran for what they have finished of a job, added up. */
export function encodeSecondsOf({ chunks, renditionChunks = {}, audio }: JobFold): number {
  const results = [chunks, ...Object.values(renditionChunks), audio].flatMap((some) => Object.values(some));
  return results.reduce((sum, { encodeSeconds }) => sum + encodeSeconds, 0);
}

/** How far a job is, and when it should be ready at the speed of its encoders. */
export function estimate(job: JobFold, live: readonly LiveUnit[], now: number): Estimate {
  switch (job.state) {
    case 'pending':
    case 'failed':
    case 'cancelled':
      return { percent: job.state === 'pending' ? 0 : encodedPercent(job, []) };
    case 'probing':
    case 'splitting':
      return { percent: ENCODING_PERCENT.from };
    case 'completed':
      return { percent: 100 };
    case 'transcoding':
    case 'merging': {
      const percent = encodedPercent(job, live);
      const startedAt = job.enteredAt.transcoding;
      const plan = job.plan;
      if (plan === undefined || startedAt === undefined) return { percent };
      const until = job.state === 'merging' ? (job.enteredAt.merging ?? now) : now;
      const elapsedSeconds = (until - startedAt) / 1000;
      const share = shareEncoded(job, live);
      if (elapsedSeconds < MINIMUM_ELAPSED_SECONDS || share <= 0) return { percent };
      const speed = (share * plan.durationSeconds) / elapsedSeconds;
      const secondsLeft = job.state === 'merging' ? 0 : encodingLeft(job, live);
      if (secondsLeft === undefined) return { percent, speed };
      return { percent, speed, eta: Math.round(now + secondsLeft * 1000) };
    }
  }
}

function encodedPercent(job: JobFold, live: readonly LiveUnit[]): number {
  if (job.plan === undefined) return 0;
  const { from, to } = ENCODING_PERCENT;
  const percent = from + (to - from) * shareEncoded(job, live);
  return Math.round(percent * 10) / 10;
}

/**
 * Seconds until the rest is encoded if as many encoders go on as run now: by what they took for what they have finished,
 * or else by the speeds that they report. Time in which the job waited or was paused does not count. Undefined while
 * nothing runs, and while it is to be paused.
 */
function encodingLeft(job: JobFold, live: readonly LiveUnit[]): number | undefined {
  if (live.length === 0 || job.paused === true) return undefined;
  const left = 1 - shareEncoded(job, live);
  const finished = shareEncoded(job, []);
  if (finished > 0) return ((encodeSecondsOf(job) / finished) * left) / live.length;
  const { durationSeconds = 0, renditions = [] } = job.plan ?? {};
  const pixels = renditions.reduce((sum, { width, height }) => sum + width * height, 0);
  let speed = 0;
  for (const report of live) {
    const chunk = parseChunkUnit(report.unit);
    if (chunk === undefined) continue;
    const own = renditions.find(({ name }) => name === chunk.rendition);
    speed += report.speed * (own === undefined ? 1 : (own.width * own.height) / pixels);
  }
  return speed === 0 ? undefined : (left * durationSeconds) / speed;
}
