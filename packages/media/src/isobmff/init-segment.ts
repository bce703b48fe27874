import { makeBox, MalformedMediaError, readBoxes, requireBox, words } from './box.ts';

/** What an init segment says of its track. */
export interface TrackInfo {
  readonly kind: 'video' | 'audio';
  /** Ticks per second of the track's times. */
  readonly timescale: number;
  /** RFC 6381 codec string, e.g. `avc1.64001F`. */
  readonly codecs: string;
  readonly width?: number;
  readonly height?: number;
}

const BRANDS = Buffer.from('iso6cmfcmp41', 'latin1');

/**
 * The init segment of a rendition: the `moov` that ffmpeg wrote in `file` behind a file type of our own. Equal for all
 * chunks of a rendition, whatever ffmpeg's muxer puts around it.
 */
export function extractInit(file: Buffer): Buffer {
  const moov = requireBox(file, ['moov']);
  const ftyp = makeBox('ftyp', Buffer.from('iso6', 'latin1'), words(0), BRANDS);
  return Buffer.concat([ftyp, file.subarray(moov.start, moov.end)]);
}

/**
 * Reads what playlists must say of a track from its init segment.
 *
 * @throws {MalformedMediaError} for a sample entry that is neither AVC nor AAC
 */
export function readTrackInfo(init: Buffer): TrackInfo {
  const mdia = requireBox(init, ['moov', 'trak', 'mdia']);
  const mdhd = requireBox(init, ['mdhd'], mdia);
  const timescaleAt = mdhd.payload + (init.readUInt8(mdhd.payload) === 1 ? 20 : 12);
  const timescale = init.readUInt32BE(timescaleAt);
  const stsd = requireBox(init, ['minf', 'stbl', 'stsd'], mdia);
  const [entry] = readBoxes(init, stsd.payload + 8, stsd.end);
  switch (entry?.type) {
    case 'avc1': {
      // VisualSampleEntry: 78 bytes before the boxes it contains (ISO/IEC 14496-12, 12.1.3).
      const avcC = readBoxes(init, entry.payload + 78, entry.end).find((box) => box.type === 'avcC');
      if (avcC === undefined) throw new MalformedMediaError('The video sample entry has no avcC.');
      const profile = init.toString('hex', avcC.payload + 1, avcC.payload + 4).toUpperCase();
      return {
        kind: 'video',
        timescale,
        codecs: `avc1.${profile}`,
        width: init.readUInt16BE(entry.payload + 24),
        height: init.readUInt16BE(entry.payload + 26),
      };
    }
    case 'mp4a': {
      const esds = readBoxes(init, entry.payload + 28, entry.end).find((box) => box.type === 'esds');
      if (esds === undefined) throw new MalformedMediaError('The audio sample entry has no esds.');
      return { kind: 'audio', timescale, codecs: audioCodecs(init.subarray(esds.payload + 4, esds.end)) };
    }
    default:
      throw new MalformedMediaError(`Sample entry ${entry?.type ?? '(none)'} is not known.`);
  }
}

/** `mp4a.OO.A` from the descriptors of an esds box (ISO/IEC 14496-1, 7.2.6). */
function audioCodecs(descriptors: Buffer): string {
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
