import { z } from 'zod';
import type { JobSummary } from './job-view.ts';
import type { VideoRendition } from './ladder.ts';
import { median } from './median.ts';
import type { VideoCodec } from './profiles.ts';

/** What a job should take and give. */
export const WorkEstimate = z.object({
  encodeSeconds: z.number().describe('Seconds that encoders run, those of all chunks added up'),
  outputBytes: z.number().int().describe('Size of the finished tree'),
  basedOn: z
    .number()
    .int()
    .describe('How many finished jobs it is corrected by; 0: a rough guess for a common processor'),
});
export type WorkEstimate = z.infer<typeof WorkEstimate>;

/** What of a job decides about its work. */
export type PlannedWork = Pick<JobSummary, 'plan' | 'profiles' | 'audioProfiles'>;

/** A job that may have ended, with what it took and gave. */
export type PastWork = PlannedWork & Pick<JobSummary, 'encodeSeconds' | 'output'>;

/** What an estimate is worth does not get better by more jobs, but older ones ran on older workers. */
const MOST_PAST_JOBS = 50;

/**
 * Seconds of one core per million pixels, by codec, at the speed `medium`. Measured once on textured 720p; a processor,
 * a picture or a thread count differs by a multiple, which the past of an installation corrects.
 */
const SECONDS_PER_MEGAPIXEL: Readonly<Record<VideoCodec, number>> = {
  h264: 0.04,
  hevc: 0.1,
  vp9: 0.1,
  av1: 0.05,
};

/** How many times as long a speed takes as `medium`. */
const TIME_OF_SPEED: Readonly<Record<string, number>> = {
  ultrafast: 0.25,
  superfast: 0.35,
  veryfast: 0.5,
  faster: 0.7,
  fast: 0.85,
  medium: 1,
  slow: 1.6,
  slower: 2.5,
  veryslow: 4,
};

/** Seconds of one core per second of a sound track. */
const AUDIO_SECONDS_PER_SECOND = 0.02;

/** Of its ceiling, what constant quality uses of the bit rate in the mean of common content. */
const SHARE_OF_CEILING = 0.6;

/**
 * What a planned job should take and give: a guess by its pixels and ceilings, corrected by how far the same guess was
 * off for finished jobs with the same codecs (the median of theirs).
 *
 * @param past jobs of the same installation, the newest first; those that don't fit are passed over
 */
export function estimateWork(work: PlannedWork, past: readonly PastWork[]): WorkEstimate {
  const codecs = codecsOf(work);
  const known = past
    .flatMap((job) => {
      const { encodeSeconds, output } = job;
      if (encodeSeconds === undefined || output === undefined || codecsOf(job) !== codecs) return [];
      const guess = guessWork(job);
      if (guess.seconds <= 0 || guess.bytes <= 0) return [];
      return [{ seconds: encodeSeconds / guess.seconds, bytes: output.sizeBytes / guess.bytes }];
    })
    .slice(0, MOST_PAST_JOBS);
  const guess = guessWork(work);
  return {
    encodeSeconds: guess.seconds * corrected(known.map(({ seconds }) => seconds)),
    outputBytes: Math.round(guess.bytes * corrected(known.map(({ bytes }) => bytes))),
    basedOn: known.length,
  };
}

function guessWork({ plan, profiles, audioProfiles }: PlannedWork): { seconds: number; bytes: number } {
  if (plan === undefined) return { seconds: 0, bytes: 0 };
  const { frames, durationSeconds } = plan;
  const pictureSeconds = sum(profiles.map((profile) => secondsOf(profile, frames)));
  const pictureKbps = sum(
    profiles.map(({ averageKbps, maxrateKbps }) => averageKbps ?? maxrateKbps * SHARE_OF_CEILING),
  );
  const soundKbps = sum(audioProfiles.map(({ bitrateKbps }) => bitrateKbps));
  return {
    seconds: pictureSeconds + audioProfiles.length * durationSeconds * AUDIO_SECONDS_PER_SECOND,
    bytes: ((pictureKbps + soundKbps) * 1000 * durationSeconds) / 8,
  };
}

function secondsOf({ width, height, codec, preset, passes = 1 }: VideoRendition, frames: number): number {
  const megapixels = (width * height * frames) / 1e6;
  return megapixels * SECONDS_PER_MEGAPIXEL[codec] * (TIME_OF_SPEED[preset] ?? 1) * passes;
}

/** The kinds of its renditions: what is known of others says little. */
function codecsOf({ profiles }: PlannedWork): string {
  return [...new Set(profiles.map(({ encoder }) => encoder))].sort().join();
}

const corrected = (factors: readonly number[]): number => (factors.length === 0 ? 1 : median(factors));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
