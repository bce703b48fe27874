import { MalformedMediaError } from '@framefold/media';
import type { ByteRange } from '../tree-reader.ts';

/** What one read fetches: the boxes before the media data of a usual segment. */
export const WINDOW_BYTES = 8192;
const LARGEST_BYTES = 2 ** 30;

/**
 * A segment of which only the boxes are read: as long as the whole, but zeros where its media data (`mdat`) is.
 * What is no box any more ends the reading; whoever parses the result stumbles over it.
 *
 * @param beginning at least the segment's first bytes
 * @param read gives further bytes of the segment
 * @throws {MalformedMediaError} for more than a GiB
 */
export async function readBoxHeads(
  beginning: Buffer,
  read: (range: ByteRange) => Promise<Buffer | undefined>,
  sizeBytes: number,
): Promise<Buffer> {
  if (sizeBytes > LARGEST_BYTES) throw new MalformedMediaError('A segment of more than 1 GiB is not read.');
  const sparse = Buffer.alloc(sizeBytes);
  let filledFrom = 0;
  let filledTo = beginning.copy(sparse);
  const fill = async (start: number, end: number): Promise<void> => {
    if (start >= filledFrom && end <= filledTo) return;
    const bytes = await read({ start, end: Math.min(sizeBytes, Math.max(end, start + WINDOW_BYTES)) });
    if (bytes === undefined || bytes.length < end - start)
      throw new MalformedMediaError(`Its bytes from ${start} could not be read.`);
    bytes.copy(sparse, start);
    [filledFrom, filledTo] = [start, start + bytes.length];
  };
  for (let at = 0; at + 8 <= sizeBytes;) {
    await fill(at, Math.min(at + 16, sizeBytes));
    const short = sparse.readUInt32BE(at);
    const isLong = short === 1 && at + 16 <= sizeBytes;
    const boxBytes = isLong ? Number(sparse.readBigUInt64BE(at + 8)) : short === 0 ? sizeBytes - at : short;
    if (boxBytes < 8 || at + boxBytes > sizeBytes) break;
    if (sparse.toString('latin1', at + 4, at + 8) !== 'mdat') await fill(at, at + boxBytes);
    at += boxBytes;
  }
  return sparse;
}
