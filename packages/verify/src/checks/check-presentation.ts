import { fault, inSeconds, warning, type Finding } from '../findings.ts';
import { EXACT_SECONDS, type SegmentHead, type TrackHeads } from './check-track.ts';

/** A step that is longer than the longest duration by this much is a hole, where frames are even. */
const HOLE = 1.5;
/** Decode times that run ahead hide how long a single frame is shown, but never as much as this. */
const CERTAIN_HOLE = 4;

/**
 * Checks when frames are shown: no two at one time, in the segments' order, and without holes. Where decode times have
 * a gap or overlap, that is told already. Segments that do not begin with a keyframe may share the order of presentation
 * with those before them.
 */
export function checkPresentation(track: TrackHeads): readonly Finding[] {
  return track.segments.flatMap((segment, index) => {
    if (segment?.presentation === undefined) return [];
    const next = track.segments[index + 1];
    const isLast = index === track.segments.length - 1;
    return [
      ...checkInside(track, segment, track.segments[index - 1], next, isLast),
      ...checkNext(track, segment, next),
    ];
  });
}

function checkInside(
  track: TrackHeads,
  segment: SegmentHead,
  before: SegmentHead | undefined,
  next: SegmentHead | undefined,
  isLast: boolean,
): Finding[] {
  const { shortestStepTicks, longestStepTicks } = segment.presentation ?? {};
  if (segment.innerGapTicks !== undefined || shortestStepTicks === undefined) return [];
  const where = `${track.name}, ${segment.where}`;
  if (shortestStepTicks <= 0)
    return [fault('PRESENTATION_OVERLAP', where, 'Two of its frames are shown at one time.')];
  if (!segment.beginsWithKeyframe || !(isLast || isFollowedBy(track, segment, next))) return [];
  return tellHole(track, where, 'Two of its frames are', longestStepTicks ?? 0, [segment, next, before]);
}

function checkNext(track: TrackHeads, segment: SegmentHead, next: SegmentHead | undefined): Finding[] {
  if (segment.presentation === undefined || !isFollowedBy(track, segment, next)) return [];
  const where = `${track.name}, ${next.where}`;
  const step = next.presentationStart - segment.presentation.lastTicks;
  if (step > 0)
    return tellHole(track, where, 'Its first frame and the one before are', step, [segment, next]);
  const message = `Its first frame is shown ${inSeconds(-step / track.timescale)} before the last of the one before.`;
  return [fault('PRESENTATION_OVERLAP', where, message)];
}

/** Whether all frames of the one are to be shown before those of the other, and nothing between them. */
function isFollowedBy(
  { timescale }: TrackHeads,
  segment: SegmentHead,
  next: SegmentHead | undefined,
): next is SegmentHead {
  if (next?.presentation === undefined || next.isDiscontinuous === true || !next.beginsWithKeyframe)
    return false;
  return Math.abs(next.decodeStart - segment.decodeEnd) <= EXACT_SECONDS * timescale;
}

/** @param nearby the segment, the next and the one before: decode times run ahead, so each may have the frame's duration */
function tellHole(
  { timescale }: TrackHeads,
  where: string,
  what: string,
  stepTicks: number,
  nearby: readonly (SegmentHead | undefined)[],
): Finding[] {
  const times = nearby.flatMap((segment) => segment?.presentation ?? []);
  const longest = Math.max(...times.map(({ longestDurationTicks }) => longestDurationTicks));
  // Of the last frames of a track, the duration may be nowhere.
  const isCertain = nearby[1] !== undefined && stepTicks > longest * CERTAIN_HOLE;
  const isEven = times.every((segment) => segment.isEven);
  if (!isCertain && !(isEven && stepTicks > longest * HOLE)) return [];
  const message = `${what} ${inSeconds(stepTicks / timescale)} apart; none is said to last longer than ${inSeconds(longest / timescale)}.`;
  return [(isCertain ? fault : warning)('PRESENTATION_GAP', where, message)];
}
