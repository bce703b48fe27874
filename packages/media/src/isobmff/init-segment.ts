import { makeBox, MalformedMediaError, readBoxes, requireBox, words } from './box.ts';
import { readCodec, readVideoRange, type VideoRange } from './codec-string.ts';

/** What an init segment says of its track. */
export interface TrackInfo {
  readonly kind: 'video' | 'audio';
  /** Ticks per second of the track's times. */
  readonly timescale: number;
  /** RFC 6381 codec string, e.g. `avc1.64001F`. */
  readonly codecs: string;
  readonly width?: number;
  readonly height?: number;
  /** Absent for sound, and where the colour box does not say. */
  readonly videoRange?: VideoRange;
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
 * @throws {MalformedMediaError} for a sample entry of an unknown codec
 */
export function readTrackInfo(init: Buffer): TrackInfo {
  const mdia = requireBox(init, ['moov', 'trak', 'mdia']);
  const mdhd = requireBox(init, ['mdhd'], mdia);
  const timescaleAt = mdhd.payload + (init.readUInt8(mdhd.payload) === 1 ? 20 : 12);
  const timescale = init.readUInt32BE(timescaleAt);
  const stsd = requireBox(init, ['minf', 'stbl', 'stsd'], mdia);
  const [entry] = readBoxes(init, stsd.payload + 8, stsd.end);
  if (entry === undefined) throw new MalformedMediaError('The init segment has no sample entry.');
  const codec = readCodec(init, entry);
  if (codec.kind === 'audio') return { ...codec, timescale };
  const videoRange = readVideoRange(init, entry);
  return {
    ...codec,
    timescale,
    width: init.readUInt16BE(entry.payload + 24),
    height: init.readUInt16BE(entry.payload + 26),
    ...(videoRange === undefined ? {} : { videoRange }),
  };
}
