import {
  AUDIO_CODECS,
  CodedError,
  framesIn,
  isSoundFilled,
  VIDEO_TIMESCALE,
  type AudioRendition,
  type EncodedRendition,
  type Plan,
  type StoredSegment,
} from '@framefold/domain';
import type { FindingCode, PlannedSegment } from '@framefold/verify';

/** A segment as the plan and its unit's record say that it is, on its track's clock. */
export type JoinedSegment = Required<PlannedSegment> & Pick<StoredSegment, 'path' | 'sha256'>;

/** What the units of a rendition committed, as one. */
export interface JoinedRendition {
  readonly name: string;
  readonly init: EncodedRendition['init'];
  readonly timescale: number;
  readonly segments: readonly JoinedSegment[];
  /** Where presentation starts on the track's clock. */
  readonly originTicks: number;
}

/** Frames that encoders may add to sound that is cut: one that holds the end, one for their delay. */
const END_FRAMES = 2;

/**
 * Joins what the chunks of a picture gave.
 *
 * @throws {CodedError} OUTPUT_INVALID when they are not of one kind, or not as many segments as planned
 */
export function joinPicture(plan: Plan, name: string, parts: readonly EncodedRendition[]): JoinedRendition {
  const originTicks = plan.presentationOriginSeconds * VIDEO_TIMESCALE;
  const stored = parts.flatMap((part) => part.segments);
  const planned = plan.chunks.flatMap((chunk) => chunk.segments);
  if (stored.length !== planned.length)
    throw invalid('SEGMENTS_WRONG', name, `${stored.length} segments instead of ${planned.length}`);
  const segments = stored.flatMap(({ path, sha256, sizeBytes }, index): JoinedSegment[] => {
    const segment = planned[index];
    if (segment === undefined) return [];
    const startTicks = originTicks + segment.startTicks;
    const endTicks = originTicks + segment.endTicks;
    return [{ path, sha256, sizeBytes, samples: framesIn(segment, name), startTicks, endTicks }];
  });
  return { ...kindOf(name, parts), segments, originTicks };
}

/**
 * A track of sound: it begins with its priming before the picture's first frame, and goes on in whole coded frames.
 *
 * @throws {CodedError} OUTPUT_INVALID when it goes on behind the picture's end, where the client asked for an end, or ends
 *   before it, where it is filled up
 */
export function joinSound(plan: Plan, track: AudioRendition, part: EncodedRendition): JoinedRendition {
  const { frameSamples, primingSamples } = AUDIO_CODECS[track.codec];
  const originTicks = plan.presentationOriginSeconds * track.sampleRateHz;
  let endTicks = originTicks - primingSamples;
  const segments = part.segments.map(({ path, sha256, sizeBytes, samples }): JoinedSegment => {
    const startTicks = endTicks;
    endTicks += samples * frameSamples;
    return { path, sha256, sizeBytes, samples, startTicks, endTicks };
  });
  const pictureEnd = plan.chunks.at(-1)?.segments.at(-1)?.endTicks ?? plan.video.durationTicks;
  const lateSamples = endTicks - originTicks - (pictureEnd * track.sampleRateHz) / VIDEO_TIMESCALE;
  if (plan.isCut === true && lateSamples > END_FRAMES * frameSamples)
    throw invalid('END_WRONG', track.name, 'sound behind the end of the picture');
  if (isSoundFilled(plan) && lateSamples < -frameSamples)
    throw invalid('END_WRONG', track.name, 'sound that ends before the picture');
  return { ...kindOf(track.name, [part]), segments, originTicks };
}

function kindOf(
  name: string,
  parts: readonly EncodedRendition[],
): Pick<JoinedRendition, 'name' | 'init' | 'timescale'> {
  const [first] = parts;
  if (first === undefined) throw invalid('SEGMENTS_WRONG', name, 'no segments');
  const isSame = ({ init, timescale }: EncodedRendition): boolean =>
    init.sha256 === first.init.sha256 && timescale === first.timescale;
  if (!parts.every(isSame)) throw invalid('INIT_CHANGES', name, 'init segments that differ');
  return { name, init: first.init, timescale: first.timescale };
}

function invalid(code: FindingCode, name: string, what: string): CodedError {
  return new CodedError('OUTPUT_INVALID', `${code}: ${name} has ${what}.`);
}
