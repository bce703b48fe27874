import {
  CodedError,
  framesIn,
  VIDEO_TIMESCALE,
  type Plan,
  type PlannedChunk,
  type PlannedSegment,
} from '@framefold/domain';
import { decodeTimes } from '../isobmff/decode-times.ts';
import { readSamples, type Sample } from '../isobmff/fragments.ts';
import { extractInit, withBitRates, readTrackInfo } from '../isobmff/init-segment.ts';
import { writeSegment } from '../isobmff/segment.ts';
import type { PackagedSegment, PackagedTrack } from './packaged.ts';

/** The encoder gave fewer frames than the chunk has: they were not found, or did not decode. */
export class MissingFramesError extends Error {
  override readonly name = 'MissingFramesError';
  constructor(
    readonly expected: number,
    readonly found: number,
  ) {
    super(`${found} of ${expected} frames came out of the encoder.`);
  }
}

/**
 * Cuts the encoder's output for one chunk into the planned segments and sets every time from the plan: ffmpeg's own
 * times differ by version and flags, only their distances are used.
 *
 * @param file the fragmented MP4 that ffmpeg wrote for the rendition
 * @throws {MissingFramesError} when frames are missing
 * @throws {CodedError} ENCODER_OUTPUT_INVALID when frames are too many, or a segment does not begin with a keyframe
 */
export function packageVideo(
  file: Buffer,
  plan: Plan,
  chunk: PlannedChunk,
  rendition: string,
): PackagedTrack {
  const samples = readSamples(file);
  const frames = chunk.segments.reduce((sum, segment) => sum + framesIn(segment, rendition), 0);
  if (samples.length < frames) throw new MissingFramesError(frames, samples.length);
  const invalid = (what: string): CodedError =>
    new CodedError('ENCODER_OUTPUT_INVALID', `Chunk ${chunk.index}: ${what}.`);
  if (samples.length > frames) throw invalid(`${samples.length} frames instead of ${frames}`);
  const init = initOf(file, plan, rendition);
  const { timescale } = readTrackInfo(init);
  if (timescale !== VIDEO_TIMESCALE) throw invalid(`a timescale of ${timescale}`);
  const chunkStart = chunk.segments[0]?.startTicks ?? 0;
  const earliest = samples.reduce((least, sample) => Math.min(least, sample.presentationTicks), Infinity);
  const shown = (sample: Sample): number => sample.presentationTicks - earliest + chunkStart;
  const segments = chunk.segments.map((segment): PackagedSegment => {
    const own = samples.filter(
      (sample) => shown(sample) >= segment.startTicks && shown(sample) < segment.endTicks,
    );
    const expected = framesIn(segment, rendition);
    if (own.length !== expected) {
      throw invalid(`segment ${segment.index} has ${own.length} frames instead of ${expected}`);
    }
    const [first] = own;
    if (first === undefined || !first.isSync || shown(first) !== segment.startTicks) {
      throw invalid(`segment ${segment.index} does not begin with a keyframe at its start`);
    }
    return packageSegment(file, own, shown, segment, plan);
  });
  return { timescale, init, segments };
}

/** One for all sources of a job. */
function initOf(file: Buffer, { inputs, renditions }: Plan, name: string): Buffer {
  const rendition = renditions.find((one) => one.name === name);
  const init = extractInit(file);
  return inputs.length === 1 || rendition === undefined ? init : withBitRates(init, rendition);
}

function packageSegment(
  file: Buffer,
  samples: readonly Sample[],
  shown: (sample: Sample) => number,
  segment: PlannedSegment,
  plan: Plan,
): PackagedSegment {
  const origin = plan.presentationOriginSeconds * VIDEO_TIMESCALE;
  const times = decodeTimes(samples.map(shown), plan.video.decodeLeadTicks);
  const timed = samples.map((sample, index) => {
    const decodeTicks = times[index] ?? 0;
    return {
      bytes: file.subarray(sample.offset, sample.offset + sample.sizeBytes),
      decodeTicks: origin + decodeTicks,
      durationTicks: (times[index + 1] ?? segment.endTicks) - decodeTicks,
      presentationTicks: origin + shown(sample),
      isSync: sample.isSync,
    };
  });
  return {
    index: segment.index,
    bytes: writeSegment(timed, segment.index + 1),
    samples: samples.length,
    startTicks: segment.startTicks,
    durationTicks: segment.endTicks - segment.startTicks,
  };
}
