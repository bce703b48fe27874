import type { ByteRange } from '@framefold/platform';
import parseRange from 'range-parser';

/**
 * The part of a file that a request asks for (RFC 9110, section 14.2): undefined stands for all of it, also where the
 * header cannot be read or asks for several parts, which a server may answer whole.
 */
export function byteRangeOf(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  if (header === undefined) return undefined;
  const ranges = parseRange(sizeBytes, header);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  const [range] = ranges;
  return range === undefined ? undefined : { start: range.start, end: range.end + 1 };
}
