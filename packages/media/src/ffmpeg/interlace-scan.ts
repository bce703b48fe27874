import { toNumber, type FrameTable, type VideoTrack } from '@framefold/domain';
import { guardedInput } from './input-args.ts';

/** Codecs in which a frame can hold the lines of two moments. */
const INTERLACEABLE = new Set([
  'h264',
  'hevc',
  'mpeg1video',
  'mpeg2video',
  'mpeg4',
  'msmpeg4v3',
  'vc1',
  'wmv3',
  'prores',
  'dnxhd',
  'dvvideo',
  'mjpeg',
  'ffv1',
  'rawvideo',
  'v210',
  'huffyuv',
  'utvideo',
  'cineform',
  'h263',
  'flv1',
  'theora',
  'qtrle',
  'jpeg2000',
]);

/** Frames that one look takes: long enough to see movement, short enough to cost little. */
const FRAMES = 60;

/**
 * How much better the lines of two moments must explain a picture than those of one. At ffmpeg's own 1.04 finely striped
 * pictures pass for interlaced; at 1.2 they hardly do, and films in fields still do in some of their frames.
 */
const CERTAINTY = 1.2;

/** Shares of frames that are told to hold two moments, from which on a source is believed to: the less it says so itself, the more. */
const ENOUGH = { marked: 0.05, unmarked: 0.3 } as const;

/** A source as short as this is looked at in one place. */
const SHORT_SECONDS = 10;

/**
 * What a source must be to be taken for interlaced without being marked so: no standard of interlaced video has more
 * than 30 frames a second, and none so few lines that one field would hold them (288 in SD). Fine patterns that move by
 * a line a frame, such as those of ffmpeg's `testsrc2`, measure just like fields.
 */
const UNMARKED = { framesPerSecond: 31, linesAbove: 288 } as const;

/** Whether frames of a codec can hold the lines of two moments at all. */
export function isInterlaceable(codec: string): boolean {
  return INTERLACEABLE.has(codec);
}

/** Whether a source that is not marked as interlaced is of a kind that may be so all the same. */
export function mayBeInterlacedUnmarked(codedHeight: number, { pts, timeBase }: FrameTable): boolean {
  const spanSeconds = ((pts.at(-1) ?? 0) - (pts[0] ?? 0)) * toNumber(timeBase);
  return codedHeight > UNMARKED.linesAbove && (pts.length - 1) / spanSeconds <= UNMARKED.framesPerSecond;
}

/** Where to look in a source of so many seconds. */
export function interlaceLooks(durationSeconds: number): number[] {
  return durationSeconds < SHORT_SECONDS ? [0] : [0.2, 0.5, 0.8].map((share) => share * durationSeconds);
}

/**
 * ffmpeg's command line (without the program) for a look at whether frames hold one moment or two.
 *
 * @param atSeconds where to look, from the container's start
 */
export function interlaceScanArgv(sourceFile: string, streamIndex: number, atSeconds: number): string[] {
  return [
    // From the keyframe before: where exactly does not matter.
    ...['-nostdin', '-v', 'error', '-noaccurate_seek', '-ss', atSeconds.toFixed(3)],
    ...guardedInput(sourceFile),
    ...['-map', `0:${streamIndex}`, '-frames:v', String(FRAMES)],
    ...[
      '-vf',
      `idet=intl_thres=${CERTAINTY},metadata=mode=print:key=lavfi.idet.multiple.current_frame:file=pipe\\\\:1`,
    ],
    ...['-fps_mode', 'passthrough', '-f', 'null', '-'],
  ];
}

/** Collects the lines of `interlaceScanArgv`, of one look or several. */
export function interlaceScanner(): {
  readonly push: (line: string) => void;
  /**
   * Which lines come first where frames hold two moments; undefined where they hold one.
   *
   * @param marked what container or codec say; believed where nothing moves
   */
  readonly done: (marked: VideoTrack['fieldOrder']) => VideoTrack['fieldOrder'];
} {
  const counts = { tff: 0, bff: 0, progressive: 0, undetermined: 0 };
  return {
    push: (line) => {
      const found = /^lavfi\.idet\.multiple\.current_frame=(\w+)/.exec(line)?.[1];
      if (found !== undefined && found in counts) counts[found as keyof typeof counts]++;
    },
    done: (marked) => {
      const { tff, bff, progressive } = counts;
      const told = tff + bff + progressive;
      if (told === 0) return marked;
      const enough = marked === undefined ? ENOUGH.unmarked : ENOUGH.marked;
      if ((tff + bff) / told < enough) return undefined;
      return tff >= bff ? 'tff' : 'bff';
    },
  };
}
