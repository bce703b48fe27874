import { readSamples, type Sample } from '../isobmff/fragments.ts';

/** What a media segment's boxes say, on the track's clock. */
export interface SegmentTimes {
  readonly samples: number;
  /** First decode time, and the decode time at which the next segment has to begin. */
  readonly decodeStart: number;
  readonly decodeEnd: number;
  /** Earliest presentation time. */
  readonly presentationStart: number;
  readonly beginsWithKeyframe: boolean;
  /** The first hole (or, negative, overlap) in decode times between its fragments; absent where there is none. */
  readonly innerGapTicks?: number;
}

/**
 * Reads a segment back from its bytes: what is measured here is what players will see.
 *
 * @param head the segment's beginning, up to the media data of its last fragment
 * @param sizeBytes the whole segment's length
 */
export function measureSegment(head: Buffer, sizeBytes: number): SegmentTimes {
  return segmentTimes(readSamples(head, sizeBytes));
}

/** What the samples of a segment, in decode order, say of its times. */
export function segmentTimes(
  samples: readonly Pick<Sample, 'decodeTicks' | 'durationTicks' | 'presentationTicks' | 'isSync'>[],
): SegmentTimes {
  const first = samples[0];
  if (first === undefined) {
    return { samples: 0, decodeStart: 0, decodeEnd: 0, presentationStart: 0, beginsWithKeyframe: false };
  }
  let decodeEnd = first.decodeTicks;
  let innerGapTicks = 0;
  for (const { decodeTicks, durationTicks } of samples) {
    if (innerGapTicks === 0) innerGapTicks = decodeTicks - decodeEnd;
    decodeEnd = decodeTicks + durationTicks;
  }
  return {
    samples: samples.length,
    decodeStart: first.decodeTicks,
    decodeEnd,
    presentationStart: samples.reduce((least, sample) => Math.min(least, sample.presentationTicks), Infinity),
    beginsWithKeyframe: first.isSync,
    ...(innerGapTicks === 0 ? {} : { innerGapTicks }),
  };
}
