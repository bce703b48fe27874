import { keptFrames, type FrameRateCap } from './frame-rate-cap.ts';
import type { PlannedChunk, PlannedSegment } from './plan.ts';
import type { FrameTable } from './probe.ts';
import { VIDEO_TIMESCALE } from './rational.ts';

/** A job is planned into at most this many encode tasks; above, chunks take more segments. */
const MAX_TASKS = 20_000;

/** The frames that a job takes of a source. */
export interface Timeline {
  /** Presentation times on the source track's clock, and the same on the output timeline in 1/90000 s. */
  readonly pts: readonly number[];
  readonly ticks: readonly number[];
  /** Time of the first frame that is not taken; absent where all up to the end are. */
  readonly endPts?: number;
  /** Where what comes next begins on the output timeline. */
  readonly endTicks: number;
}

/**
 * Cuts the frames of a source on a uniform grid, at frames that every rendition keeps; a cell without a frame start (a
 * frame held for long) gives no segment.
 *
 * @param caps by rendition, where frames are thinned out
 * @param firstIndex of the segments
 */
export function cutSegments(
  { pts, ticks, endPts, endTicks }: Timeline,
  caps: Readonly<Record<string, FrameRateCap>>,
  segmentSeconds: number,
  firstIndex: number,
): PlannedSegment[] {
  const thinned = Object.entries(caps).map(([name, cap]) => ({ name, kept: keptFrames(ticks, cap) }));
  const cellTicks = segmentSeconds * VIDEO_TIMESCALE;
  const startTicks = ticks[0] ?? 0;
  const starts: number[] = [];
  let lastCell = -1;
  ticks.forEach((tick, frame) => {
    const cell = Math.floor((tick - startTicks) / cellTicks);
    if (cell > lastCell && thinned.every(({ kept }) => kept[frame])) {
      starts.push(frame);
      lastCell = cell;
    }
  });
  return starts.map((first, index) => {
    const next = starts[index + 1];
    const end = next === undefined ? endPts : pts[next];
    return {
      index: firstIndex + index,
      sourceStartPts: pts[first] ?? 0,
      ...(end === undefined ? {} : { sourceEndPts: end }),
      startTicks: ticks[first] ?? 0,
      endTicks: next === undefined ? endTicks : (ticks[next] ?? 0),
      frames: (next ?? pts.length) - first,
      ...(thinned.length === 0
        ? {}
        : {
            framesOf: Object.fromEntries(
              thinned.map(({ name, kept }) => [name, kept.slice(first, next).filter(Boolean).length]),
            ),
          }),
    };
  });
}

/** How chunks of a source come among the others. */
export interface ChunkPlace {
  readonly input: number;
  readonly firstIndex: number;
  /** Segments of the whole job. */
  readonly allSegments: number;
}

/**
 * Groups segments of a source into chunks: one segment each, except where the source's keyframes are so sparse that decoding up to
 * the first frame would outlast the chunk itself, or where the job would pass 20,000 tasks.
 *
 * Decoding costs about a tenth of encoding a ladder, so a chunk no shorter than its run-up wastes at most a tenth.
 *
 * @param frames of the whole track, whatever part of it is taken
 */
export function groupIntoChunks(
  segments: readonly PlannedSegment[],
  frames: FrameTable,
  { input, firstIndex, allSegments }: ChunkPlace,
): PlannedChunk[] {
  const minimumSegments = Math.ceil(allSegments / MAX_TASKS);
  const chunks: PlannedChunk[] = [];
  const starts = decodeStarts(frames);
  let start = 0;
  let current: { seekPts: number; segments: PlannedSegment[] } | undefined;
  const flush = (): void => {
    if (current === undefined) return;
    const count = current.segments.reduce((sum, segment) => sum + segment.frames, 0);
    chunks.push({ index: firstIndex + chunks.length, input, ...current, frames: count });
  };
  for (const segment of segments) {
    while ((starts[start + 1] ?? Infinity) <= segment.sourceStartPts) start++;
    const seekPts = starts[start] ?? segment.sourceStartPts;
    const runUp = segment.sourceStartPts - seekPts;
    const first = current?.segments[0];
    const length = first === undefined ? 0 : segment.sourceStartPts - first.sourceStartPts;
    const runUpOfCurrent =
      current === undefined || first === undefined ? 0 : first.sourceStartPts - current.seekPts;
    const currentIsDone =
      current === undefined ||
      (current.segments.length >= minimumSegments && (length >= runUpOfCurrent || runUp === 0));
    if (currentIsDone) {
      flush();
      current = { seekPts, segments: [] };
    }
    current?.segments.push(segment);
  }
  flush();
  return chunks;
}

/** Times of the frames at which decoding can begin; the first frame is one whatever the container says. */
function decodeStarts(frames: FrameTable): number[] {
  const starts = frames.keyframes.flatMap((frame) => frames.pts[frame] ?? []);
  return frames.keyframes[0] === 0 ? starts : [...frames.pts.slice(0, 1), ...starts];
}
