import { fault, type Finding } from '../findings.ts';
import type { TrackHeads } from './check-track.ts';

/** A segment as whoever had it made meant it to be. What is not known is left out. */
export interface PlannedSegment {
  readonly sizeBytes: number;
  readonly samples?: number;
  /**
   * On the track's clock: the time at which its first sample is decoded and shown, and that at which the next segment's
   * is, or would be.
   */
  readonly startTicks?: number;
  readonly endTicks?: number;
}

/**
 * Holds a track against its plan, to the tick, the byte and the frame. Segments that could not be measured are faults
 * here, whatever kept them from it.
 *
 * @param track undefined where nothing of it could be measured
 * @param name of the track
 */
export function checkPlanned(
  track: TrackHeads | undefined,
  name: string,
  planned: readonly PlannedSegment[],
): readonly Finding[] {
  const segments = track?.segments ?? [];
  if (segments.length !== planned.length) {
    const message = `It has ${segments.length} segments that can be measured, planned are ${planned.length}.`;
    return [fault('SEGMENTS_WRONG', name, message)];
  }
  return segments.flatMap((segment, index) => {
    const wanted = planned[index];
    if (wanted === undefined) return [];
    if (segment === undefined)
      return [fault('SEGMENTS_WRONG', `${name}, segment ${index}`, 'It could not be measured.')];
    const { where, sizeBytes, samples, decodeStart, decodeEnd, presentationStart } = segment;
    const hold = (
      code: Finding['code'],
      what: string,
      found: number,
      value: number | undefined,
      unit: string,
    ): Finding[] =>
      value === undefined || found === value
        ? []
        : [fault(code, `${name}, ${where}`, `${what} ${found}${unit}, planned is ${value}${unit}.`)];
    return [
      ...hold('SIZE_WRONG', 'It has', sizeBytes, wanted.sizeBytes, ' bytes'),
      ...hold('FRAMES_WRONG', 'Its frames are', samples, wanted.samples, ''),
      ...hold('START_WRONG', 'It is shown from', presentationStart, wanted.startTicks, ' ticks'),
      ...hold('START_WRONG', 'It is decoded from', decodeStart, wanted.startTicks, ' ticks'),
      ...hold('END_WRONG', 'It ends at', decodeEnd, wanted.endTicks, ' ticks'),
    ];
  });
}
