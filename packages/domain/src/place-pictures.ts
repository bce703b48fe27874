import { CodedError } from './failure.ts';
import {
  nothingLeft,
  sourceName,
  trimOf,
  type PlanRequest,
  type ProbedSource,
  type Trim,
} from './plan-inputs.ts';
import type { FrameTable, SourceMeta, VideoTrack } from './probe.ts';
import { rescale, VIDEO_TIMESCALE } from './rational.ts';
import type { Timeline } from './segments.ts';

/** A time that a client rounded to the millisecond still means its frame. */
const TRIM_TOLERANCE_TICKS = VIDEO_TIMESCALE / 2000;

/** The picture of a source and its place on the output timeline. */
export interface PlacedPicture {
  readonly source: SourceMeta;
  readonly video: VideoTrack;
  readonly frames: FrameTable;
  readonly firstPts: number;
  readonly timeline: Timeline;
}

/**
 * Puts the pictures of all sources one behind the other.
 *
 * @throws {CodedError} SOURCE_NO_VIDEO, SOURCE_DAMAGED or PLAN_INVALID
 */
export function placePictures(request: PlanRequest, sources: readonly ProbedSource[]): PlacedPicture[] {
  const pictures: PlacedPicture[] = [];
  for (const [index, { meta, frames }] of sources.entries()) {
    const which = sourceName(index, sources.length);
    if (meta.video === undefined || frames === undefined)
      throw new CodedError('SOURCE_NO_VIDEO', `${which} has no video track.`);
    const [firstPts] = frames.pts;
    if (firstPts === undefined)
      throw new CodedError('SOURCE_DAMAGED', `${which} holds no frame that can be decoded.`);
    const startTicks = pictures.at(-1)?.timeline.endTicks ?? 0;
    const timeline = placeFrames(frames, firstPts, trimOf(request, index), startTicks, which);
    pictures.push({ source: meta, video: meta.video, frames, firstPts, timeline });
  }
  return pictures;
}

/**
 * The frames that are shown within the times that the client asks for.
 *
 * @param startTicks where they begin on the output timeline
 * @param which names the source
 * @throws {CodedError} PLAN_INVALID when that is none; SOURCE_DAMAGED when frames lie too close to each other
 */
function placeFrames(
  frames: FrameTable,
  firstPts: number,
  { startSeconds, endSeconds }: Trim,
  startTicks: number,
  which: string,
): Timeline {
  const since = (pts: number): number => rescale(pts - firstPts, frames.timeBase, VIDEO_TIMESCALE);
  const limit = (seconds: number): number => seconds * VIDEO_TIMESCALE - TRIM_TOLERANCE_TICKS;
  const start = frames.pts.findIndex(
    (pts) => startSeconds === undefined || since(pts) >= limit(startSeconds),
  );
  const end = endSeconds === undefined ? -1 : frames.pts.findIndex((pts) => since(pts) >= limit(endSeconds));
  const pts = start < 0 ? [] : frames.pts.slice(start, end < 0 ? undefined : end);
  const [originPts] = pts;
  const lastPts = pts.at(-1);
  if (originPts === undefined || lastPts === undefined) {
    const afterAll = (frames.pts.at(-1) ?? firstPts) + frames.lastDurationPts;
    throw nothingLeft(since(afterAll) / VIDEO_TIMESCALE, which);
  }
  const onOutput = (time: number): number =>
    startTicks + rescale(time - originPts, frames.timeBase, VIDEO_TIMESCALE);
  const ticks = pts.map(onOutput);
  if (ticks.some((tick, frame) => tick <= (ticks[frame - 1] ?? -1)))
    throw new CodedError('SOURCE_DAMAGED', `${which} has frames that lie less than 1/90000 s apart.`);
  const endPts = end < 0 ? undefined : frames.pts[end];
  const afterLast = endPts ?? lastPts + frames.lastDurationPts;
  return {
    pts,
    ticks,
    ...(endPts === undefined ? {} : { endPts }),
    endTicks: Math.max(onOutput(afterLast), (ticks.at(-1) ?? 0) + 1),
  };
}
