import { peakBitRate, type SegmentTimes, type VideoRange } from '@framefold/media';
import { fault, inSeconds, warning, type Finding } from '../findings.ts';
import type { PresentationTimes } from '../segments/presentation-times.ts';

/** A segment of a track, measured, and what its manifest says of it. */
export interface SegmentHead extends SegmentTimes {
  /** The segment's file, for messages. */
  readonly where: string;
  readonly sizeBytes: number;
  /** Absent where there is no frame, or text. */
  readonly presentation?: PresentationTimes;
  /** EXTINF, or what an MPD says. */
  readonly declaredSeconds?: number;
  /** Earliest presentation time, as an MPD says. */
  readonly declaredStartSeconds?: number;
  /** How far declared times may be off; without it, a duration by half a frame and a start by 1 ms. */
  readonly toleranceSeconds?: number;
  /** Times need not go on from the segment before. */
  readonly isDiscontinuous?: boolean;
}

/** A track of a rendition as its boxes (or packets) tell it. */
export interface TrackHeads {
  readonly name: string;
  readonly kind: 'video' | 'audio' | 'text';
  readonly timescale: number;
  readonly codecs?: string;
  readonly width?: number;
  readonly height?: number;
  readonly videoRange?: VideoRange;
  /** Presentation time in ticks at which the edit list enters; 0 without one. */
  readonly editTicks?: number;
  /** What the edit list leaves empty before that. */
  readonly emptySeconds?: number;
  /** Whether every segment is said to begin with a keyframe. */
  readonly isIndependent: boolean;
  /** EXT-X-TARGETDURATION. */
  readonly targetSeconds?: number;
  /** By position; undefined where nothing could be measured. */
  readonly segments: readonly (SegmentHead | undefined)[];
}

/** Figures of a track, measured on its segments. */
export interface TrackFigures {
  readonly name: string;
  readonly kind: TrackHeads['kind'];
  readonly codecs?: string;
  readonly width?: number;
  readonly height?: number;
  readonly videoRange?: VideoRange;
  readonly segments: number;
  /** Frames of picture, blocks of sound, cues of text. */
  readonly samples: number;
  /** By position; undefined where nothing could be measured. */
  readonly segmentSamples: readonly (number | undefined)[];
  /** Presentation starts of the segments, edit lists considered. */
  readonly segmentStartSeconds: readonly (number | undefined)[];
  /** Of what is measured, edit lists considered. */
  readonly durationSeconds: number;
  /** Presentation start of the track, edit lists considered; undefined where the first segment was not measured. */
  readonly startSeconds?: number;
  /** Presentation end of the track; undefined where the last segment was not measured. */
  readonly endSeconds?: number;
  /** What the edit list hides of the first segment: decoded, but not shown. */
  readonly hiddenSeconds: number;
  /** Of all its segments, with what else is in them. */
  readonly sizeBytes: number;
  /** Over runs of segments of 0.5 to 1.5 target durations (RFC 8216, 4.1). */
  readonly peakBitsPerSecond: number;
  readonly averageBitsPerSecond: number;
}

/** How exact borders and starts must be: what no player notices. */
export const EXACT_SECONDS = 0.001;
/** A 90 kHz clock and rounded figures in text. */
const ROUNDING_SECONDS = 0.00002;

/**
 * Checks the segments of one track against each other and against what is declared of them: each begins where the one
 * before ends, as long as it is said to be, with a keyframe.
 */
export function checkTrack(track: TrackHeads): {
  readonly figures: TrackFigures;
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const figures = figuresOf(track);
  const frameSeconds = figures.durationSeconds / figures.samples;
  let before: SegmentHead | undefined;
  for (const segment of track.segments) {
    if (segment !== undefined) {
      if (segment.samples === 0)
        findings.push(fault('SEGMENT_EMPTY', at(track, segment), 'It holds no frame of this track.'));
      else
        findings.push(
          ...checkBorder(track, before, segment),
          ...tellGap(track, segment, segment.innerGapTicks ?? 0, 'One of its fragments begins'),
          ...checkDeclared(track, segment, frameSeconds),
        );
    }
    before = segment === undefined || isEmpty(track, segment) ? undefined : segment;
  }
  return { figures, findings };
}

function checkBorder(track: TrackHeads, before: SegmentHead | undefined, segment: SegmentHead): Finding[] {
  if (before === undefined || segment.isDiscontinuous === true) return [];
  return tellGap(track, segment, segment.decodeStart - before.decodeEnd, 'It begins');
}

function tellGap(track: TrackHeads, segment: SegmentHead, ticks: number, what: string): Finding[] {
  const seconds = ticks / track.timescale;
  if (Math.abs(seconds) <= ROUNDING_SECONDS) return [];
  const [code, side] = seconds > 0 ? (['GAP', 'after'] as const) : (['OVERLAP', 'before'] as const);
  const tell = Math.abs(seconds) > EXACT_SECONDS ? fault : warning;
  const message = `${what} ${inSeconds(Math.abs(seconds))} ${side} the end of the one before.`;
  return [tell(code, at(track, segment), message)];
}

function checkDeclared(track: TrackHeads, segment: SegmentHead, frameSeconds: number): Finding[] {
  const findings: Finding[] = [];
  const { declaredSeconds, declaredStartSeconds, toleranceSeconds } = segment;
  const seconds = secondsOf(track, segment);
  const apart = declaredSeconds === undefined ? 0 : Math.abs(declaredSeconds - seconds);
  if (apart > (toleranceSeconds ?? Math.max(EXACT_SECONDS, frameSeconds / 2))) {
    // A frame more or less at the end of a track is what muxers disagree on.
    const tell = apart > (toleranceSeconds ?? frameSeconds) + EXACT_SECONDS ? fault : warning;
    const message = `It lasts ${inSeconds(seconds)}, not ${inSeconds(declaredSeconds ?? 0)}.`;
    findings.push(tell('DURATION_WRONG', at(track, segment), message));
  }
  const start = startOf(track, segment) - (track.emptySeconds ?? 0);
  const startTolerance = (toleranceSeconds ?? 0) + EXACT_SECONDS;
  if (declaredStartSeconds !== undefined && Math.abs(declaredStartSeconds - start) > startTolerance) {
    const message = `It starts at ${inSeconds(start)}, not at ${inSeconds(declaredStartSeconds)}.`;
    findings.push(fault('START_WRONG', at(track, segment), message));
  }
  if (track.isIndependent && track.kind === 'video' && !segment.beginsWithKeyframe)
    findings.push(fault('NOT_INDEPENDENT', at(track, segment), 'It does not begin with a keyframe.'));
  return findings;
}

function figuresOf(track: TrackHeads): TrackFigures {
  const { name, kind, codecs, width, height, videoRange } = track;
  const measured = track.segments.filter(
    (segment) => segment !== undefined && segment.samples > 0,
  ) as SegmentHead[];
  const weights = measured.map((segment) => ({
    sizeBytes: segment.sizeBytes,
    seconds: secondsOf(track, segment),
  }));
  const durationSeconds = weights.reduce((sum, { seconds }) => sum + seconds, 0);
  const sizeBytes = weights.reduce((sum, weight) => sum + weight.sizeBytes, 0);
  // Where the first segment can't be measured, nobody knows the start.
  const first = measured[0] === track.segments[0] ? measured[0] : undefined;
  const last = measured.at(-1) === track.segments.at(-1) ? measured.at(-1) : undefined;
  return {
    name,
    kind,
    ...(codecs === undefined ? {} : { codecs }),
    ...(width === undefined || height === undefined ? {} : { width, height }),
    ...(videoRange === undefined ? {} : { videoRange }),
    segments: track.segments.length,
    samples: measured.reduce((sum, { samples }) => sum + samples, 0),
    segmentSamples: track.segments.map((segment) =>
      segment === undefined || isEmpty(track, segment) ? undefined : segment.samples,
    ),
    segmentStartSeconds: track.segments.map((segment) =>
      segment === undefined || isEmpty(track, segment) ? undefined : startOf(track, segment),
    ),
    durationSeconds,
    ...(first === undefined ? {} : { startSeconds: startOf(track, first) }),
    ...(last === undefined ? {} : { endSeconds: startOf(track, last) + secondsOf(track, last) }),
    hiddenSeconds: first === undefined ? 0 : hiddenTicks(track, first) / track.timescale,
    sizeBytes,
    peakBitsPerSecond: peakBitRate(
      weights,
      track.targetSeconds ?? weights.reduce((most, { seconds }) => Math.max(most, seconds), 0),
    ),
    averageBitsPerSecond: durationSeconds === 0 ? 0 : Math.ceil((sizeBytes * 8) / durationSeconds),
  };
}

/** Nothing may be said for a while, but there is always something to see and hear. */
function isEmpty({ kind }: TrackHeads, { samples }: SegmentHead): boolean {
  return samples === 0 && kind !== 'text';
}

/** Where a segment's first sample is shown: what lies before the edit list's entry is decoded alone. */
function startOf({ timescale, editTicks = 0, emptySeconds = 0 }: TrackHeads, segment: SegmentHead): number {
  return emptySeconds + Math.max(0, segment.presentationStart - editTicks) / timescale;
}

function secondsOf(track: TrackHeads, segment: SegmentHead): number {
  const ticks = segment.decodeEnd - segment.decodeStart - hiddenTicks(track, segment);
  return Math.max(0, ticks) / track.timescale;
}

function hiddenTicks({ editTicks = 0 }: TrackHeads, segment: SegmentHead): number {
  return Math.max(0, editTicks - segment.presentationStart);
}

function at(track: TrackHeads, segment: SegmentHead): string {
  return `${track.name}, ${segment.where}`;
}
