import { CodedError, type FrameTable, type Rational } from '@framefold/domain';

/** What a scan of the video track's packets or frames saw. */
export interface FrameScan {
  readonly frames: { readonly pts: number; readonly durationPts: number; readonly isKey: boolean }[];
  /** Packets without a time: their frames must be counted by decoding. */
  readonly withoutTime: number;
  /** Packets that reach beyond the end of the file or that the container marks as broken. */
  readonly corrupt: number;
  /** Packets that the container tells players to decode and not to show. */
  readonly hidden: number;
}

/** Collects the lines of `packetsArgv`: `pts,duration,flags`. */
export function packetScanner(): { readonly push: (line: string) => void; readonly done: () => FrameScan } {
  const scan = { frames: [] as FrameScan['frames'], withoutTime: 0, corrupt: 0, hidden: 0 };
  return {
    push: (line) => {
      const [pts, duration, flags] = line.split(',');
      if (pts === undefined || flags === undefined) return;
      if (flags.includes('C')) scan.corrupt++;
      if (flags.includes('D')) {
        scan.hidden++;
        return;
      }
      const time = Number(pts);
      if (pts === '' || !Number.isInteger(time)) {
        scan.withoutTime++;
        return;
      }
      const length = Number(duration);
      scan.frames.push({
        pts: time,
        durationPts: Number.isInteger(length) ? length : 0,
        isKey: flags.startsWith('K'),
      });
    },
    done: () => scan,
  };
}

/**
 * Collects the lines of `decodeScanArgv` (framecrc: `stream, dts, pts, duration, size, checksum`). A decoded frame does
 * not say whether decoding may begin at it; only the first one is taken for certain.
 */
export function decodeScanner(): { readonly push: (line: string) => void; readonly done: () => FrameScan } {
  const frames: FrameScan['frames'] = [];
  return {
    push: (line) => {
      if (line.startsWith('#')) return;
      const [, , pts, duration] = line.split(',').map((field) => Number(field.trim()));
      if (pts === undefined || !Number.isInteger(pts)) return;
      frames.push({ pts, durationPts: duration ?? 0, isKey: frames.length === 0 });
    },
    done: () => ({ frames, withoutTime: 0, corrupt: 0, hidden: 0 }),
  };
}

/** Whether a packet scan tells every frame's time, so that nothing has to be decoded to know them. */
export function isComplete(scan: FrameScan): boolean {
  return scan.withoutTime === 0 && new Set(scan.frames.map((frame) => frame.pts)).size === scan.frames.length;
}

/**
 * The frames of a scan in order of presentation.
 *
 * @param promisedFrames frames that the container's tables name, hidden ones included, where it has such tables
 * @throws {CodedError} SOURCE_DAMAGED when frames are missing or broken
 */
export function toFrameTable(
  scan: FrameScan,
  timeBase: Rational,
  promisedFrames: number | undefined,
): FrameTable {
  const found = scan.frames.length + scan.hidden;
  if (promisedFrames !== undefined && found < promisedFrames) {
    throw new CodedError(
      'SOURCE_DAMAGED',
      `Only ${found} of ${promisedFrames} frames are in the file; the rest is missing.`,
    );
  }
  if (scan.corrupt > 0) {
    throw new CodedError('SOURCE_DAMAGED', `${scan.corrupt} of ${found} frames are cut off or broken.`);
  }
  const sorted = [...scan.frames]
    .sort((a, b) => a.pts - b.pts)
    .filter((frame, index, all) => frame.pts !== all[index - 1]?.pts);
  const last = sorted.at(-1);
  if (last === undefined) throw new CodedError('SOURCE_DAMAGED', 'The video track holds no frame.');
  const previous = sorted.at(-2);
  const lastDurationPts =
    last.durationPts > 0 ? last.durationPts : previous === undefined ? 1 : last.pts - previous.pts;
  return {
    timeBase,
    pts: sorted.map((frame) => frame.pts),
    keyframes: sorted.flatMap((frame, index) => (frame.isKey ? [index] : [])),
    lastDurationPts,
  };
}

/** The frame rate of a table whose frames are evenly spaced up to the rounding of its clock; else undefined. */
export function constantFrameRate(table: FrameTable): Rational | undefined {
  const { pts, timeBase } = table;
  const first = pts[0];
  const last = pts.at(-1);
  if (first === undefined || last === undefined || pts.length < 2) return undefined;
  const spacing = (last - first) / (pts.length - 1);
  const even = pts.every((time, index) => Math.abs(time - first - index * spacing) <= 1);
  if (!even) return undefined;
  return nearestRate(timeBase.den / timeBase.num / spacing);
}

/** A measured rate as the fraction that cameras use, or to a thousandth. */
function nearestRate(framesPerSecond: number): Rational {
  const whole = Math.round(framesPerSecond);
  const within = (rate: Rational): boolean =>
    Math.abs(framesPerSecond * rate.den - rate.num) < 0.002 * rate.num;
  const ntsc = { num: whole * 1000, den: 1001 };
  if (whole > 0 && Math.abs(framesPerSecond - whole) <= Math.abs(framesPerSecond - ntsc.num / ntsc.den)) {
    if (within({ num: whole, den: 1 })) return { num: whole, den: 1 };
  } else if (whole > 0 && within(ntsc)) {
    return ntsc;
  }
  return { num: Math.round(framesPerSecond * 1000), den: 1000 };
}
