import { MalformedMediaError, readBoxes, type Box } from './box.ts';

/** Bytes of a VisualSampleEntry and of an AudioSampleEntry before the boxes that it holds (ISO/IEC 14496-12, 12.1.3, 12.2.3). */
export const VISUAL_ENTRY_BYTES = 78;
export const AUDIO_ENTRY_BYTES = 28;

/** A sample entry's kind of track, and what RFC 6381 calls its codec. */
export interface CodecInfo {
  readonly kind: 'video' | 'audio';
  readonly codecs: string;
}

/**
 * What a sample entry of an init segment holds.
 *
 * @throws {MalformedMediaError} for one of an unknown kind, or without its configuration
 */
export function readCodec(init: Buffer, entry: Box): CodecInfo {
  const configuration = (type: string, headerBytes: number): Buffer => {
    const box = readBoxes(init, entry.payload + headerBytes, entry.end).find((child) => child.type === type);
    if (box === undefined) throw new MalformedMediaError(`The sample entry ${entry.type} has no ${type}.`);
    return init.subarray(box.payload, box.end);
  };
  const visual = (type: string): Buffer => configuration(type, VISUAL_ENTRY_BYTES);
  switch (entry.type) {
    case 'avc1':
    case 'avc3':
      return { kind: 'video', codecs: `${entry.type}.${hex(visual('avcC').subarray(1, 4))}` };
    case 'hvc1':
    case 'hev1':
      return { kind: 'video', codecs: `${entry.type}.${hevcParts(visual('hvcC'))}` };
    case 'vp09':
      return { kind: 'video', codecs: `vp09.${vp9Parts(visual('vpcC'))}` };
    case 'av01':
      return { kind: 'video', codecs: `av01.${av1Parts(visual('av1C'), nclxOf(init, entry))}` };
    case 'mp4a':
      return { kind: 'audio', codecs: mpeg4Audio(configuration('esds', AUDIO_ENTRY_BYTES).subarray(4)) };
    case 'Opus':
      return { kind: 'audio', codecs: 'Opus' };
    default:
      throw new MalformedMediaError(`Sample entry ${entry.type} is not known.`);
  }
}

/** `PROFILE.COMPATIBILITY.TIER-LEVEL.CONSTRAINTS` (ISO/IEC 14496-15, E.3). */
function hevcParts(hvcC: Buffer): string {
  const general = hvcC.readUInt8(1);
  const space = ['', 'A', 'B', 'C'][general >> 6] ?? '';
  const tier = general & 0x20 ? 'H' : 'L';
  let reversed = 0;
  for (let bit = 0, flags = hvcC.readUInt32BE(2); bit < 32; bit++, flags >>>= 1) {
    reversed = (reversed * 2 + (flags & 1)) >>> 0;
  }
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop();
  return [
    `${space}${general & 0x1f}`,
    reversed.toString(16).toUpperCase(),
    `${tier}${hvcC.readUInt8(12)}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ].join('.');
}

/** `PP.LL.DD.CC.cp.tc.mc.FF` (VP Codec ISO Media File Format Binding, Codecs Parameter String). */
function vp9Parts(vpcC: Buffer): string {
  const depth = vpcC.readUInt8(6);
  const parts = [
    vpcC.readUInt8(4),
    vpcC.readUInt8(5),
    depth >> 4,
    (depth >> 1) & 7,
    ...vpcC.subarray(7, 10),
    depth & 1,
  ];
  return parts.map(twoDigits).join('.');
}

/** `P.LLT.DD`, and where colours are not those of BT.709 `.M.CCC.cp.tc.mc.F` (AV1 Codec ISO Media File Format Binding, 5). */
function av1Parts(av1C: Buffer, nclx: Nclx | undefined): string {
  const profileAndLevel = av1C.readUInt8(1);
  const flags = av1C.readUInt8(2);
  const depth = flags & 0x40 ? (flags & 0x20 ? 12 : 10) : 8;
  const parts = [
    String(profileAndLevel >> 5),
    `${twoDigits(profileAndLevel & 0x1f)}${flags & 0x80 ? 'H' : 'M'}`,
    twoDigits(depth),
  ];
  if (nclx === undefined || nclx.codes.every((code) => code === 1 || code === 2)) return parts.join('.');
  const monochrome = (flags >> 4) & 1;
  const subsampling = `${(flags >> 3) & 1}${(flags >> 2) & 1}${flags & 3}`;
  return [
    ...parts,
    String(monochrome),
    subsampling,
    ...nclx.codes.map(twoDigits),
    nclx.isFullRange ? '1' : '0',
  ].join('.');
}

/** Colours of a sample entry in the numbers of ITU-T H.273. */
interface Nclx {
  /** Primaries, transfer, matrix. */
  readonly codes: readonly [number, number, number];
  readonly isFullRange: boolean;
}

/** How a picture's numbers become light, as EXT-X-STREAM-INF has it (RFC 8216bis, 4.4.6.2). */
export type VideoRange = 'SDR' | 'PQ' | 'HLG';

/** The range that a picture's sample entry says; undefined where it says nothing. */
export function readVideoRange(init: Buffer, entry: Box): VideoRange | undefined {
  const transfer = nclxOf(init, entry)?.codes[1];
  // 2: unspecified.
  if (transfer === undefined || transfer === 2) return undefined;
  return transfer === 16 ? 'PQ' : transfer === 18 ? 'HLG' : 'SDR';
}

/** What the colour box of a picture's sample entry says, if it has one (ISO/IEC 14496-12, 12.1.5). */
function nclxOf(init: Buffer, entry: Box): Nclx | undefined {
  const box = readBoxes(init, entry.payload + VISUAL_ENTRY_BYTES, entry.end).find(
    ({ type, payload }) => type === 'colr' && init.toString('latin1', payload, payload + 4) === 'nclx',
  );
  if (box === undefined) return undefined;
  const at = box.payload + 4;
  return {
    codes: [init.readUInt16BE(at), init.readUInt16BE(at + 2), init.readUInt16BE(at + 4)],
    isFullRange: (init.readUInt8(at + 6) & 0x80) !== 0,
  };
}

/** `mp4a.OO.A` from the descriptors of an esds box (ISO/IEC 14496-1, 7.2.6). */
function mpeg4Audio(descriptors: Buffer): string {
  let at = 0;
  const header = (): number => {
    const tag = descriptors.readUInt8(at++);
    // The length is in groups of 7 bits; the highest bit says that another group follows.
    while (descriptors.readUInt8(at++) & 0x80);
    return tag;
  };
  if (header() !== 3) throw new MalformedMediaError('The esds box does not begin with an ES descriptor.');
  at += 3;
  if (header() !== 4) throw new MalformedMediaError('The esds box has no decoder configuration.');
  const objectType = descriptors.readUInt8(at);
  at += 13;
  if (header() !== 5) throw new MalformedMediaError('The esds box has no decoder-specific information.');
  const audioObjectType = descriptors.readUInt8(at) >> 3;
  return `mp4a.${objectType.toString(16)}.${audioObjectType}`;
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
