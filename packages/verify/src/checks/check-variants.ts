import { fault, warning, type Finding } from '../findings.ts';
import type { Stream, Variant } from '../manifest/presentation.ts';
import type { TrackFigures } from './check-track.ts';

/** A declared rate may be a tenth off the measured one (Apple's HLS Authoring Specification, for video on demand). */
const RATE_TOLERANCE = 0.1;
/** Rates are rounded, and so is what one frame of a short track makes. */
const FRAME_RATE_TOLERANCE = 0.01;
/** Text codecs need not come from a track of boxes. */
const TEXT_CODECS = /^(wvtt|stpp)/;

/**
 * Holds a variant's attributes against its tracks.
 *
 * @param tracksOf the measured tracks of a stream, the picture first; none where nothing could be measured
 */
export function checkVariant(
  variant: Variant,
  tracksOf: (stream: string) => readonly TrackFigures[],
): readonly Finding[] {
  const main = tracksOf(variant.stream);
  const audio = variant.audio.map(tracksOf);
  // What is missing has its own finding; sums without it mean nothing.
  if ([main, ...audio].some((tracks) => tracks.length === 0)) return [];
  return [
    ...checkCodecs(variant, [main, ...audio].flat()),
    ...checkResolution(variant, main),
    ...checkVideoRange(variant, main),
    ...checkFrameRate(variant, main),
    ...checkRates(variant, main, audio.flat()),
  ];
}

function checkCodecs({ name, codecs }: Variant, tracks: readonly TrackFigures[]): Finding[] {
  if (codecs === undefined) return [warning('CODECS_MISSING', name, 'It does not say its codecs.')];
  const declared = codecs.map((codec) => codec.trim());
  const present = tracks.filter(({ kind }) => kind !== 'text');
  const unnamed = present
    .flatMap((track) => (track.codecs === undefined ? [] : [track.codecs]))
    .filter((codec) => !declared.some((other) => isSameCodec(other, codec)));
  const isHidden = present.some((track) => track.codecs === undefined);
  const absent = declared.filter(
    (codec) =>
      !isHidden &&
      !TEXT_CODECS.test(codec) &&
      !present.some((track) => track.codecs !== undefined && isSameCodec(track.codecs, codec)),
  );
  return [
    ...[...new Set(unnamed)].map((codec) =>
      fault('CODECS_WRONG', name, `Its media is ${codec}, which it does not name in ${declared.join(',')}.`),
    ),
    ...absent.map((codec) => fault('CODECS_WRONG', name, `It names ${codec}, which its media is not.`)),
  ];
}

/** Strings of RFC 6381 compare by parts; those at the end may be left out in AV1, VP9, HEVC and where only the entry is known. */
function isSameCodec(one: string, other: string): boolean {
  const parts = other.toLowerCase().split('.');
  return one
    .toLowerCase()
    .split('.')
    .every((part, index) => parts[index] === undefined || parts[index] === part);
}

function checkResolution({ name, width, height }: Variant, main: readonly TrackFigures[]): Finding[] {
  const picture = main.find(({ kind }) => kind === 'video');
  if (picture?.width === undefined || width === undefined) return [];
  if (picture.width === width && picture.height === height) return [];
  const message = `Its pictures are ${picture.width}x${picture.height}, not ${width}x${height}.`;
  return [fault('RESOLUTION_WRONG', name, message)];
}

function checkVideoRange({ name, videoRange }: Variant, main: readonly TrackFigures[]): Finding[] {
  const found = main.find(({ kind }) => kind === 'video')?.videoRange;
  if (found === undefined || videoRange === undefined || found === videoRange) return [];
  return [fault('VIDEO_RANGE_WRONG', name, `Its pictures are ${found}, not ${videoRange}.`)];
}

/** The greatest rate is declared (RFC 8216, 4.3.4.2); unsteady pictures have fewer frames at most times. */
function checkFrameRate({ name, frameRate }: Variant, main: readonly TrackFigures[]): Finding[] {
  const picture = main.find(({ kind }) => kind === 'video');
  if (picture === undefined || frameRate === undefined) return [];
  const measured = picture.samples / picture.durationSeconds;
  if (!(measured > frameRate * (1 + FRAME_RATE_TOLERANCE))) return [];
  const message = `It has ${measured.toFixed(3)} frames a second, and says ${frameRate} at most.`;
  return [warning('FRAME_RATE_WRONG', name, message)];
}

/** The greatest sum of rates that a combination gives (RFC 8216, 4.3.4.2). Tracks of one stream share its segments. */
function checkRates(
  { name, bandwidthRule, bitsPerSecond, averageBitsPerSecond }: Variant,
  [main]: readonly TrackFigures[],
  audio: readonly TrackFigures[],
): Finding[] {
  const sum = (pick: (track: TrackFigures) => number): number =>
    (main === undefined ? 0 : pick(main)) + Math.max(0, ...audio.map(pick));
  const average = sum((track) => track.averageBitsPerSecond);
  if (bandwidthRule === 'buffered') {
    // More than the average is what buffers are for.
    return checkRate('BANDWIDTH_WRONG', name, bitsPerSecond, average).filter(
      ({ severity }) => severity === 'error',
    );
  }
  const peak = sum((track) => track.peakBitsPerSecond);
  return [
    ...checkRate('BANDWIDTH_WRONG', name, bitsPerSecond, peak),
    ...checkRate('AVERAGE_BANDWIDTH_WRONG', name, averageBitsPerSecond, average),
  ];
}

function checkRate(
  code: 'BANDWIDTH_WRONG' | 'AVERAGE_BANDWIDTH_WRONG',
  name: string,
  declared: number | undefined,
  measured: number,
): Finding[] {
  if (declared === undefined) return [];
  const message = `All that it plays together needs ${measured} bit/s; it says ${declared}.`;
  if (measured > declared * (1 + RATE_TOLERANCE)) return [fault(code, name, message)];
  // Players then choose less than they could.
  if (measured < declared * (1 - RATE_TOLERANCE)) return [warning(code, name, message)];
  return [];
}

/**
 * Target durations against EXTINF and each other (RFC 8216, 4.3.3.1 and 6.2.4).
 *
 * @param streams those known to be picture or sound have to have the same
 */
export function checkTargetDurations(
  streams: readonly { readonly stream: Stream; readonly isMedia: boolean }[],
): readonly Finding[] {
  const exceeded = streams.flatMap(({ stream: { name, segments, targetSeconds } }) => {
    const longest = segments.reduce((most, { durationSeconds = 0 }) => Math.max(most, durationSeconds), 0);
    if (targetSeconds === undefined || Math.round(longest) <= targetSeconds) return [];
    const message = `A segment of ${longest} s is longer than the target duration of ${targetSeconds} s.`;
    return [fault('TARGET_DURATION_EXCEEDED', name, message)];
  });
  const media = streams.flatMap(({ stream, isMedia }) =>
    !isMedia || stream.targetSeconds === undefined ? [] : [stream],
  );
  const [first] = media;
  const different = media.filter(({ targetSeconds }) => targetSeconds !== first?.targetSeconds);
  return [
    ...exceeded,
    ...different.map(({ name, targetSeconds }) => {
      const message = `Its target duration is ${targetSeconds} s, that of ${first?.name} ${first?.targetSeconds} s.`;
      return fault('TARGET_DURATIONS_DIFFER', name, message);
    }),
  ];
}
