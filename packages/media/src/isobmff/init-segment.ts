import { makeBox, MalformedMediaError, readBoxes, requireBox, words } from './box.ts';
import {
  AUDIO_ENTRY_BYTES,
  VISUAL_ENTRY_BYTES,
  readCodec,
  readVideoRange,
  type VideoRange,
} from './codec-string.ts';

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
 * An init segment that tells no decoder to leave out what an Opus encoder put before the sound (`PreSkip`, Encapsulation
 * of Opus in ISO Base Media File Format, 4.3.2): our times put that before the start of presentation, where players cut
 * it off. Chromium, told of it, would cut as much again, and play all that follows too early by it. Others stay as they are.
 */
export function withoutPreSkip(init: Buffer): Buffer {
  const stsd = requireBox(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  const entry = readBoxes(init, stsd.payload + 8, stsd.end).find(({ type }) => type === 'Opus');
  if (entry === undefined) return init;
  const dOps = readBoxes(init, entry.payload + AUDIO_ENTRY_BYTES, entry.end).find(
    ({ type }) => type === 'dOps',
  );
  if (dOps === undefined) throw new MalformedMediaError('The sample entry Opus has no dOps.');
  const changed = Buffer.from(init);
  // Behind version and number of channels.
  changed.writeUInt16BE(0, dOps.payload + 2);
  return changed;
}

/** Bit rates of a rendition in kbit/s, and its buffer in kbit. */
export interface BitRates {
  readonly maxrateKbps: number;
  readonly bufsizeKbps: number;
  readonly averageKbps?: number | undefined;
}

/**
 * An init segment whose bit rate box (ISO/IEC 14496-12, 8.5.2.2), if it has one, says what the rendition was asked for:
 * encoders of several sources are told different rates, and share it.
 */
export function withBitRates(init: Buffer, { maxrateKbps, bufsizeKbps, averageKbps }: BitRates): Buffer {
  const stsd = requireBox(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  const [entry] = readBoxes(init, stsd.payload + 8, stsd.end);
  const btrt =
    entry === undefined
      ? undefined
      : readBoxes(init, entry.payload + VISUAL_ENTRY_BYTES, entry.end).find(({ type }) => type === 'btrt');
  if (btrt === undefined) return init;
  const changed = Buffer.from(init);
  changed.writeUInt32BE(Math.round((bufsizeKbps * 1000) / 8), btrt.payload);
  changed.writeUInt32BE(maxrateKbps * 1000, btrt.payload + 4);
  changed.writeUInt32BE((averageKbps ?? maxrateKbps) * 1000, btrt.payload + 8);
  return changed;
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
