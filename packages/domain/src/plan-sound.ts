import { CodedError } from './failure.ts';
import {
  endOf,
  nothingLeft,
  PRESENTATION_ORIGIN_SECONDS,
  sourceName,
  trimOf,
  type PlanRequest,
  type ProbedSource,
  type Trim,
} from './plan-inputs.ts';
import { planTracks } from './plan-tracks.ts';
import { PLAN_VERSION, type Plan, type PlannedInput } from './plan.ts';
import type { SourceMeta } from './probe.ts';
import { VIDEO_TIMESCALE, type Rational } from './rational.ts';

/** The clock of a job that takes no picture. */
const SOUND_CLOCK: Rational = { num: 1, den: VIDEO_TIMESCALE };

/**
 * A job of sound alone: its timeline is that of the longest track of each source.
 *
 * @throws {CodedError} SOURCE_NO_AUDIO or PLAN_INVALID
 */
export function planSound(jobId: string, request: PlanRequest, sources: readonly ProbedSource[]): Plan {
  if (sources.every(({ meta }) => meta.audio.length === 0))
    throw new CodedError('SOURCE_NO_AUDIO', 'The source has no sound track that can be decoded.');
  const tracks = planTracks(request, sources);
  const inputs: PlannedInput[] = [];
  for (const [index, { meta }] of sources.entries()) {
    const which = sourceName(index, sources.length);
    const startTicks = endOfInput(inputs.at(-1));
    inputs.push({
      ...takeSound(meta, trimOf(request, index), startTicks, which),
      ...tracks.of(index),
      subtitles: {},
      frameRateCaps: {},
    });
  }
  return {
    version: PLAN_VERSION,
    jobId,
    segmentSeconds: request.segmentSeconds,
    inputs,
    video: { frames: 0, durationTicks: endOfInput(inputs.at(-1)), decodeLeadTicks: 0, nominalFrameTicks: 1 },
    presentationOriginSeconds: PRESENTATION_ORIGIN_SECONDS,
    renditions: [],
    audio: tracks.audio,
    subtitles: [],
    chunks: [],
    ...endOf(request),
  };
}

function takeSound(
  source: SourceMeta,
  trim: Trim,
  startTicks: number,
  which: string,
): Omit<PlannedInput, 'audio' | 'subtitles' | 'frameRateCaps'> {
  // Of a source without sound there is its length in silence.
  const beginnings = source.audio.map((track) => track.startSeconds);
  const startSeconds = beginnings.length === 0 ? source.startSeconds : Math.min(...beginnings);
  const lengths = source.audio.map(
    (track) => track.startSeconds + (track.durationSeconds ?? source.durationSeconds) - startSeconds,
  );
  const length = lengths.length === 0 ? source.durationSeconds : Math.max(...lengths);
  const from = trim.startSeconds ?? 0;
  const to = Math.min(trim.endSeconds ?? Infinity, length);
  if (to <= from) throw nothingLeft(length, which);
  const toTicks = (seconds: number): number => Math.round(seconds * VIDEO_TIMESCALE);
  return {
    streamIndex: 0,
    timeBase: SOUND_CLOCK,
    firstPts: toTicks(startSeconds),
    originPts: toTicks(startSeconds + from),
    containerStartSeconds: source.startSeconds,
    seekIsExact: true,
    startTicks,
    durationTicks: toTicks(to - from),
  };
}

function endOfInput(input: PlannedInput | undefined): number {
  return input === undefined ? 0 : input.startTicks + input.durationTicks;
}
