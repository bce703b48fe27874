import { MalformedMediaError } from '@framefold/media';

/** Frames of sound of one packet. */
export interface SoundFrames {
  readonly codecs: string;
  readonly frames: number;
  /** All frames together. */
  readonly seconds: number;
}

/** One frame, by its header. */
interface Frame {
  readonly codecs: string;
  readonly sizeBytes: number;
  readonly seconds: number;
}

const AAC_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const AC3_RATES = [48000, 44100, 32000];
const AC3_KBPS = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
const EAC3_BLOCKS = [1, 2, 3, 6];

/**
 * Counts AAC frames by their ADTS headers (ISO/IEC 14496-3, 1.A.2.2).
 *
 * @throws {MalformedMediaError} when one frame does not follow on another
 */
export function readAdts(bytes: Buffer): SoundFrames {
  return countFrames(bytes, (header) => {
    const rate = AAC_RATES[(header.readUInt8(2) >> 2) & 0xf];
    if ((header.readUInt16BE(0) & 0xfff6) !== 0xfff0 || rate === undefined) return undefined;
    return {
      codecs: `mp4a.40.${(header.readUInt8(2) >> 6) + 1}`,
      sizeBytes: (header.readUIntBE(3, 3) >> 5) & 0x1fff,
      seconds: 1024 / rate,
    };
  });
}

/**
 * Counts AC-3 and E-AC-3 frames (ATSC A/52, 5.3 and E.2).
 *
 * @throws {MalformedMediaError} when one frame does not follow on another
 */
export function readAc3(bytes: Buffer): SoundFrames {
  return countFrames(bytes, (header) => {
    const format = header.readUInt8(4);
    const rate = AC3_RATES[format >> 6];
    if (header.readUInt16BE(0) !== 0x0b77 || rate === undefined) return undefined;
    if (header.readUInt8(5) >> 3 > 10) {
      const isDependent = header.readUInt8(2) >> 6 === 1;
      const samples = isDependent ? 0 : (EAC3_BLOCKS[(format >> 4) & 3] ?? 0) * 256;
      return {
        codecs: 'ec-3',
        sizeBytes: ((header.readUInt16BE(2) & 0x7ff) + 1) * 2,
        seconds: samples / rate,
      };
    }
    const words = Math.floor(((AC3_KBPS[(format & 0x3f) >> 1] ?? 0) * 1000 * 96) / rate);
    // At 44.1 kHz a frame is no whole number of words long: every other has one more.
    const sizeBytes = 2 * (words + (rate === 44100 ? format & 1 : 0));
    return { codecs: 'ac-3', sizeBytes, seconds: 1536 / rate };
  });
}

const HEADER_BYTES = 7;

function countFrames(bytes: Buffer, readHeader: (header: Buffer) => Frame | undefined): SoundFrames {
  let first: Frame | undefined;
  let frames = 0;
  let seconds = 0;
  for (let at = 0; at < bytes.length; frames++) {
    const frame = at + HEADER_BYTES > bytes.length ? undefined : readHeader(bytes.subarray(at));
    if (frame === undefined || frame.sizeBytes < HEADER_BYTES)
      throw new MalformedMediaError('Its sound is not made of whole frames.');
    first ??= frame;
    seconds += frame.seconds;
    at += frame.sizeBytes;
  }
  if (first === undefined) throw new MalformedMediaError('A packet of its sound is empty.');
  return { codecs: first.codecs, frames, seconds };
}

/** What an H.264 access unit says: profile and level of its sequence parameter set, and whether it is an IDR picture. */
export function readAvc(bytes: Buffer): { readonly codecs?: string; readonly isKeyframe: boolean } {
  let codecs: string | undefined;
  let isKeyframe = false;
  const startCode = Buffer.from([0, 0, 1]);
  for (
    let at = bytes.indexOf(startCode);
    at >= 0 && at + 7 <= bytes.length;
    at = bytes.indexOf(startCode, at + 3)
  ) {
    const unitType = bytes.readUInt8(at + 3) & 0x1f;
    if (unitType === 5) isKeyframe = true;
    if (unitType === 7) codecs = `avc1.${bytes.toString('hex', at + 4, at + 7).toUpperCase()}`;
  }
  return { ...(codecs === undefined ? {} : { codecs }), isKeyframe };
}
