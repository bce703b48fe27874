import { findBox, MalformedMediaError, readBoxes, requireBox, type Box } from './box.ts';

/** One coded sample of a fragmented file, in decode order. Times are ticks of the track's timescale. */
export interface Sample {
  /** Where its bytes lie in the file. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly decodeTicks: number;
  readonly durationTicks: number;
  /** Presentation time: decode time plus composition offset. */
  readonly presentationTicks: number;
  readonly isSync: boolean;
}

const TFHD = { baseDataOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 } as const;
const TRUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
} as const;
const PER_SAMPLE = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.composition] as const;
const NON_SYNC = 0x1_0000;

interface Defaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

/**
 * The samples of the one track of a fragmented file or of a media segment (ISO/IEC 14496-12, 8.8).
 *
 * @param sizeBytes the file's length, where `buffer` is only its beginning, up to the media data
 * @throws {MalformedMediaError} when boxes are missing or samples lie outside of the file
 */
export function readSamples(buffer: Buffer, sizeBytes: number = buffer.length): Sample[] {
  const boxes = readBoxes(buffer, 0, sizeBytes);
  const moov = boxes.find((box) => box.type === 'moov');
  const trackDefaults = readTrex(buffer, moov);
  return boxes
    .filter((box) => box.type === 'moof')
    .flatMap((moof) => readMoof(buffer, moof, trackDefaults, sizeBytes));
}

/** The track's defaults; a media segment of ours has no `moov` and says everything with each sample. */
function readTrex(buffer: Buffer, moov: Box | undefined): Defaults {
  const trex = moov === undefined ? undefined : findBox(buffer, ['mvex', 'trex'], moov);
  if (trex === undefined) return { duration: 0, size: 0, flags: 0 };
  const at = trex.payload + 4;
  return {
    duration: buffer.readUInt32BE(at + 8),
    size: buffer.readUInt32BE(at + 12),
    flags: buffer.readUInt32BE(at + 16),
  };
}

function readMoof(buffer: Buffer, moof: Box, trackDefaults: Defaults, fileBytes: number): Sample[] {
  const traf = requireBox(buffer, ['traf'], moof);
  const { defaults, base } = readTfhd(buffer, requireBox(buffer, ['tfhd'], traf), moof, trackDefaults);
  let decodeTicks = readDecodeTime(buffer, traf);
  let offset = base;
  const samples: Sample[] = [];
  for (const trun of readBoxes(buffer, traf.payload, traf.end).filter((box) => box.type === 'trun')) {
    const version = buffer.readUInt8(trun.payload);
    const flags = buffer.readUInt32BE(trun.payload) & 0xff_ffff;
    const count = buffer.readUInt32BE(trun.payload + 4);
    let at = trun.payload + 8;
    const word = (): number => buffer.readUInt32BE((at += 4) - 4);
    if (flags & TRUN.dataOffset) offset = base + (word() | 0);
    const firstFlags = flags & TRUN.firstFlags ? word() : undefined;
    const fields = PER_SAMPLE.filter((field) => flags & field).length;
    if (at + count * fields * 4 > Math.min(trun.end, buffer.length))
      throw new MalformedMediaError(`A table of ${count} samples is longer than its box.`);
    for (let index = 0; index < count; index++) {
      const durationTicks = flags & TRUN.duration ? word() : defaults.duration;
      const sizeBytes = flags & TRUN.size ? word() : defaults.size;
      const own = flags & TRUN.flags ? word() : defaults.flags;
      const sampleFlags = index === 0 && firstFlags !== undefined ? firstFlags : own;
      const raw = flags & TRUN.composition ? word() : 0;
      const composition = version === 0 ? raw : raw | 0;
      if (offset + sizeBytes > fileBytes)
        throw new MalformedMediaError('A sample lies beyond the end of its file.');
      samples.push({
        offset,
        sizeBytes,
        decodeTicks,
        durationTicks,
        presentationTicks: decodeTicks + composition,
        isSync: (sampleFlags & NON_SYNC) === 0,
      });
      offset += sizeBytes;
      decodeTicks += durationTicks;
    }
  }
  return samples;
}

function readTfhd(
  buffer: Buffer,
  tfhd: Box,
  moof: Box,
  track: Defaults,
): { defaults: Defaults; base: number } {
  const flags = buffer.readUInt32BE(tfhd.payload) & 0xff_ffff;
  let at = tfhd.payload + 8;
  const word = (): number => buffer.readUInt32BE((at += 4) - 4);
  let base = moof.start;
  if (flags & TFHD.baseDataOffset) {
    base = Number(buffer.readBigUInt64BE(at));
    at += 8;
  }
  if (flags & TFHD.description) word();
  const duration = flags & TFHD.duration ? word() : track.duration;
  const size = flags & TFHD.size ? word() : track.size;
  const sampleFlags = flags & TFHD.flags ? word() : track.flags;
  return { defaults: { duration, size, flags: sampleFlags }, base };
}

function readDecodeTime(buffer: Buffer, traf: Box): number {
  const tfdt = requireBox(buffer, ['tfdt'], traf);
  return buffer.readUInt8(tfdt.payload) === 1
    ? Number(buffer.readBigUInt64BE(tfdt.payload + 4))
    : buffer.readUInt32BE(tfdt.payload + 4);
}
