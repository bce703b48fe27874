import { MalformedMediaError } from '@framefold/media';
import type { ByteRange } from '../tree-reader.ts';

/** What one read fetches: the boxes before the media data of a usual segment. */
export const WINDOW_BYTES = 8192;
const LARGEST_BYTES = 2 ** 30;

/**
 * The beginning of a segment up to its last box that is not media data (`mdat`), with zeros where media data is before
 * that: for a segment of one fragment, the boxes before its media data. What is no box any more ends the reading;
 * whoever parses the result stumbles over it.
 *
 * @param beginning at least the segment's first bytes
 * @param read gives further bytes of the segment
 * @throws {MalformedMediaError} where more than a GiB is before the last box
 */
export async function readBoxHeads(
  beginning: Buffer,
  read: (range: ByteRange) => Promise<Buffer | undefined>,
  sizeBytes: number,
): Promise<Buffer> {
  const parts: { readonly start: number; readonly bytes: Buffer }[] = [];
  let window = { start: 0, bytes: beginning };
  const bytesAt = async (start: number, end: number): Promise<Buffer> => {
    if (start < window.start || end > window.start + window.bytes.length) {
      const bytes = await read({ start, end: Math.min(sizeBytes, Math.max(end, start + WINDOW_BYTES)) });
      if (bytes === undefined || bytes.length < end - start)
        throw new MalformedMediaError(`Its bytes from ${start} could not be read.`);
      window = { start, bytes };
    }
    return window.bytes.subarray(start - window.start, end - window.start);
  };
  for (let at = 0; at + 8 <= sizeBytes;) {
    const header = await bytesAt(at, Math.min(at + 16, sizeBytes));
    const short = header.readUInt32BE(0);
    const isLong = short === 1 && header.length === 16;
    const boxBytes = isLong ? Number(header.readBigUInt64BE(8)) : short === 0 ? sizeBytes - at : short;
    const isMedia = header.toString('latin1', 4, 8) === 'mdat';
    if (boxBytes < 8 || at + boxBytes > sizeBytes) {
      parts.push({ start: at, bytes: header });
      break;
    }
    parts.push({ start: at, bytes: isMedia ? header : await bytesAt(at, at + boxBytes) });
    at += boxBytes;
  }
  const last = parts.at(-1);
  const end = last === undefined ? 0 : last.start + last.bytes.length;
  if (end > LARGEST_BYTES) throw new MalformedMediaError('A segment of more than 1 GiB is not read.');
  const head = Buffer.alloc(end);
  for (const { start, bytes } of parts) bytes.copy(head, start);
  return head;
}
