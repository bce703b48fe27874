/** A box of an ISO base media file (ISO/IEC 14496-12, 4.2): where it lies in the buffer that was read. */
export interface Box {
  readonly type: string;
  /** Offset of the box's first byte, of its payload, and of the byte after it. */
  readonly start: number;
  readonly payload: number;
  readonly end: number;
}

/** Media that is not laid out as its format says. */
export class MalformedMediaError extends Error {
  override readonly name = 'MalformedMediaError';
}

/**
 * The boxes that lie one after the other in `buffer` between `start` and `end`. Where `buffer` is only the beginning of
 * a file, the last box may reach beyond it, up to `end`.
 *
 * @throws {MalformedMediaError} when a box reaches beyond `end`, or begins behind the end of `buffer`
 */
export function readBoxes(buffer: Buffer, start = 0, end = buffer.length): Box[] {
  const boxes: Box[] = [];
  let at = start;
  while (at + 8 <= end) {
    if (at + 8 > buffer.length) throw new MalformedMediaError(`No box was read at byte ${at}.`);
    let sizeBytes = buffer.readUInt32BE(at);
    const type = buffer.toString('latin1', at + 4, at + 8);
    let payload = at + 8;
    if (sizeBytes === 1 && at + 16 <= buffer.length) {
      sizeBytes = Number(buffer.readBigUInt64BE(at + 8));
      payload = at + 16;
    } else if (sizeBytes === 0) {
      sizeBytes = end - at;
    }
    if (sizeBytes < payload - at || at + sizeBytes > end) {
      throw new MalformedMediaError(`Box ${type} at byte ${at} reaches beyond its container.`);
    }
    boxes.push({ type, start: at, payload, end: at + sizeBytes });
    at += sizeBytes;
  }
  return boxes;
}

/** The first box along a path of nested types, e.g. `['moov', 'trak', 'mdia']`, or undefined. */
export function findBox(buffer: Buffer, path: readonly string[], within?: Box): Box | undefined {
  let boxes = within === undefined ? readBoxes(buffer) : readBoxes(buffer, within.payload, within.end);
  let found: Box | undefined;
  for (const type of path) {
    found = boxes.find((box) => box.type === type);
    if (found === undefined) return undefined;
    if (type !== path.at(-1)) boxes = readBoxes(buffer, found.payload, found.end);
  }
  return found;
}

/** Like {@link findBox}, for boxes that must be there. */
export function requireBox(buffer: Buffer, path: readonly string[], within?: Box): Box {
  const box = findBox(buffer, path, within);
  if (box === undefined) throw new MalformedMediaError(`Box ${path.join('/')} is missing.`);
  return box;
}

/** A box of `type` around its payload parts. */
export function makeBox(type: string, ...payload: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + payload.reduce((sum, part) => sum + part.length, 0), 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...payload]);
}

/** A payload of 32-bit words. */
export function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => buffer.writeUInt32BE(value >>> 0, index * 4));
  return buffer;
}
