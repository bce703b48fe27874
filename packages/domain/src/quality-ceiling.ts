import type { VideoRendition } from './ladder.ts';
import { CODECS } from './profiles.ts';

/** A quality at which a chunk was encoded, and what came of it. */
export interface TriedQuality {
  readonly crf: number;
  /** The most that one of its segments has of its ceiling; more than 1 is above it. */
  readonly ofCeiling: number;
}

/** A segment by what it weighs and how long it plays. */
interface EncodedSegment {
  readonly sizeBytes: number;
  readonly seconds: number;
}

/** Steps of CRF for half the bytes, before a chunk has shown its own: 7 to 9 on three clips (docs/adr/0015). */
const STEPS_PER_HALF = 8;

/** The fewest and the most that two runs may be taken to have shown. */
const LEAST_STEPS_PER_HALF = 3;
const MOST_STEPS_PER_HALF = 20;

/** What share of its ceiling each further run aims at: lower, the more have missed. After the last of them, the coarsest. */
const AIMS = [0.95, 0.9, 0.8];

/**
 * Whether an encoder keeps a rendition's quality whatever the ceiling is: libvpx has no ceiling beside constant quality,
 * so that what is above it has to be encoded again.
 */
export function ignoresCeiling({ encoder, crf }: Pick<VideoRendition, 'encoder' | 'crf'>): boolean {
  return encoder === CODECS.vp9.encoder && crf !== undefined;
}

/**
 * The most that a segment has of its ceiling: its average rate over the ceiling's, taken over the length of the buffer
 * where the segment is shorter, which a decoder has filled before.
 */
export function shareOfCeiling(
  segments: readonly EncodedSegment[],
  { maxrateKbps, bufsizeKbps }: Pick<VideoRendition, 'maxrateKbps' | 'bufsizeKbps'>,
): number {
  const shares = segments.map(
    ({ sizeBytes, seconds }) => (sizeBytes * 8) / 1000 / Math.max(maxrateKbps * seconds, bufsizeKbps),
  );
  return Math.max(0, ...shares);
}

/**
 * The coarser quality at which a chunk is to be encoded again, since it is above its ceiling: by the bytes that a step
 * has been worth in the last two runs. It follows from the bytes alone, so that every worker decides the same.
 *
 * @param tried the runs so far, the first at the quality that was asked for
 * @returns undefined where the last run is to stay: it is under its ceiling, or as coarse as can be
 */
export function coarserQuality(tried: readonly TriedQuality[]): number | undefined {
  const last = tried.at(-1);
  const coarsest = CODECS.vp9.maxCrf;
  if (last === undefined || last.ofCeiling <= 1 || last.crf >= coarsest) return undefined;
  const aim = AIMS[tried.length - 1];
  if (aim === undefined) return coarsest;
  const steps = Math.ceil(Math.log2(last.ofCeiling / aim) * stepsPerHalf(tried.at(-2), last));
  return Math.min(coarsest, last.crf + steps);
}

function stepsPerHalf(before: TriedQuality | undefined, last: TriedQuality): number {
  if (before === undefined) return STEPS_PER_HALF;
  const halvings = Math.log2(before.ofCeiling / last.ofCeiling);
  const shown = halvings > 0 ? (last.crf - before.crf) / halvings : MOST_STEPS_PER_HALF;
  return Math.min(MOST_STEPS_PER_HALF, Math.max(LEAST_STEPS_PER_HALF, shown));
}
