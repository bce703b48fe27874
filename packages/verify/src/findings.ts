/**
 * What can be wrong with a tree. Parsers of the report rely on these names.
 *
 * - `MANIFEST_MISSING`, `MANIFEST_INVALID`: a playlist or MPD is not there, or not as its standard has it
 * - `FILE_MISSING`, `RANGE_OUTSIDE_FILE`: a segment or init is not there, or its byte range is not in its file
 * - `INIT_MISSING`, `INIT_UNREADABLE`, `INIT_CHANGES`: not one readable init for all of a rendition
 * - `SEGMENT_UNREADABLE`, `SEGMENT_EMPTY`: boxes or packets that can't be read, or hold no frame
 * - `GAP`, `OVERLAP`: a segment's first decode time is not where the one before it ends
 * - `PRESENTATION_GAP`, `PRESENTATION_OVERLAP`: frames are decoded one behind the other, but leave a hole where they are
 *   shown, or two are shown at one time
 * - `DURATION_WRONG`, `START_WRONG`: EXTINF or `S@d`, and `S@t`, against the boxes; an MPD's length against its tracks
 * - `SEGMENTS_WRONG`, `FRAMES_WRONG`, `START_WRONG`, `END_WRONG`, `SIZE_WRONG`: the segments against a plan, where there is one
 * - `NOT_INDEPENDENT`: a segment that is said to begin with a keyframe does not
 * - `BORDERS_DIFFER`, `FRAMES_DIFFER`: renditions that players switch between are cut at other places or hold other frames
 * - `CODECS_MISSING`, `CODECS_WRONG`, `RESOLUTION_WRONG`, `VIDEO_RANGE_WRONG`: a variant's attributes against its init
 * - `FRAME_RATE_WRONG`: more frames than a variant says
 * - `TARGET_DURATION_EXCEEDED`, `TARGET_DURATIONS_DIFFER`: RFC 8216, 4.3.3.1 and 6.2.4
 * - `BANDWIDTH_WRONG`, `AVERAGE_BANDWIDTH_WRONG`: RFC 8216, 4.3.4.2
 * - `STARTS_DIFFER`, `ENDS_DIFFER`: sound and picture do not begin or end together
 * - `START_READERS_DISAGREE`: libavformat sees another start than the boxes and edit lists say
 * - `NOT_CHECKED`: something that this program can't measure
 */
export type FindingCode =
  | 'MANIFEST_MISSING'
  | 'MANIFEST_INVALID'
  | 'FILE_MISSING'
  | 'RANGE_OUTSIDE_FILE'
  | 'INIT_MISSING'
  | 'INIT_UNREADABLE'
  | 'INIT_CHANGES'
  | 'SEGMENT_UNREADABLE'
  | 'SEGMENT_EMPTY'
  | 'GAP'
  | 'OVERLAP'
  | 'PRESENTATION_GAP'
  | 'PRESENTATION_OVERLAP'
  | 'DURATION_WRONG'
  | 'START_WRONG'
  | 'SEGMENTS_WRONG'
  | 'FRAMES_WRONG'
  | 'END_WRONG'
  | 'SIZE_WRONG'
  | 'NOT_INDEPENDENT'
  | 'BORDERS_DIFFER'
  | 'FRAMES_DIFFER'
  | 'CODECS_MISSING'
  | 'CODECS_WRONG'
  | 'RESOLUTION_WRONG'
  | 'VIDEO_RANGE_WRONG'
  | 'FRAME_RATE_WRONG'
  | 'TARGET_DURATION_EXCEEDED'
  | 'TARGET_DURATIONS_DIFFER'
  | 'BANDWIDTH_WRONG'
  | 'AVERAGE_BANDWIDTH_WRONG'
  | 'STARTS_DIFFER'
  | 'ENDS_DIFFER'
  | 'START_READERS_DISAGREE'
  | 'NOT_CHECKED';

/** One departure from what a tree promises. */
export interface Finding {
  /** An error breaks playback somewhere; a warning departs from good practice, or says what was not checked. */
  readonly severity: 'error' | 'warning';
  readonly code: FindingCode;
  /** The manifest, rendition or segment. */
  readonly where: string;
  /** A sentence with the figures. */
  readonly message: string;
}

/** A finding that breaks playback. */
export function fault(code: FindingCode, where: string, message: string): Finding {
  return { severity: 'error', code, where, message };
}

/** A finding that does not break playback. */
export function warning(code: FindingCode, where: string, message: string): Finding {
  return { severity: 'warning', code, where, message };
}

/** Seconds in a message: to the millisecond's tenth. */
export function inSeconds(seconds: number): string {
  return `${Number(seconds.toFixed(4))} s`;
}
