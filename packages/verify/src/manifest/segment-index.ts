import { requireBox } from '@framefold/media';
import type { ByteRange } from '../tree-reader.ts';
import { ManifestError } from './presentation.ts';

/** A subsegment as an index names it. */
export interface IndexedSegment {
  readonly range: ByteRange;
  readonly startSeconds: number;
  readonly durationSeconds: number;
}

/**
 * The subsegments of a `sidx` box (ISO/IEC 14496-12, 8.16.3).
 *
 * @param bytes of the index
 * @param anchor the byte of the file after the index
 * @throws {ManifestError} for an index of indexes
 * @throws {MalformedMediaError} when there is no whole box
 */
export function readIndex(bytes: Buffer, anchor: number): IndexedSegment[] {
  const sidx = requireBox(bytes, ['sidx']);
  const isLong = bytes.readUInt8(sidx.payload) === 1;
  const timescale = bytes.readUInt32BE(sidx.payload + 8);
  const wide = (at: number): number => (isLong ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at));
  const step = isLong ? 8 : 4;
  let ticks = wide(sidx.payload + 12);
  let start = anchor + wide(sidx.payload + 12 + step);
  const countAt = sidx.payload + 12 + 2 * step + 2;
  return Array.from({ length: bytes.readUInt16BE(countAt) }, (_, index) => {
    const at = countAt + 2 + index * 12;
    const reference = bytes.readUInt32BE(at);
    if (reference >= 0x8000_0000) throw new ManifestError('Its index names further indexes.');
    const durationTicks = bytes.readUInt32BE(at + 4);
    const range = { start, end: start + reference };
    const segment = { range, startSeconds: ticks / timescale, durationSeconds: durationTicks / timescale };
    start = range.end;
    ticks += durationTicks;
    return segment;
  });
}
