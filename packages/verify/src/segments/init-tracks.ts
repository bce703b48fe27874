import {
  findBox,
  MalformedMediaError,
  readBoxes,
  readTrackInfo,
  requireBox,
  type Box,
  type VideoRange,
} from '@framefold/media';

/** A track of an init segment. */
export interface InitTrack {
  readonly trackId: number;
  readonly kind: 'video' | 'audio' | 'text';
  readonly timescale: number;
  /** RFC 6381; undefined where an encrypted entry hides it. */
  readonly codecs?: string;
  readonly width?: number;
  readonly height?: number;
  readonly videoRange?: VideoRange;
  /** Presentation time, in ticks of the track, that the edit list shows first; 0 without one. */
  readonly editTicks: number;
  /** What the edit list shows nothing for, before that. */
  readonly emptySeconds: number;
}

/** Sample entries that our own renditions never have. Their codecs strings begin with the entry's type. */
const FOREIGN: Readonly<Record<string, { readonly kind: InitTrack['kind']; readonly isHidden?: true }>> = {
  'ac-3': { kind: 'audio' },
  'ec-3': { kind: 'audio' },
  'ac-4': { kind: 'audio' },
  fLaC: { kind: 'audio' },
  alac: { kind: 'audio' },
  dvh1: { kind: 'video' },
  dvhe: { kind: 'video' },
  wvtt: { kind: 'text' },
  stpp: { kind: 'text' },
  encv: { kind: 'video', isHidden: true },
  enca: { kind: 'audio', isHidden: true },
};

/**
 * Reads the tracks of an init segment, one or, where picture and sound are in the same segments, several.
 *
 * @throws {MalformedMediaError} without a track, or with one of an unknown kind
 */
export function readInitTracks(init: Buffer): InitTrack[] {
  const moov = requireBox(init, ['moov']);
  const traks = readBoxes(init, moov.payload, moov.end).filter((box) => box.type === 'trak');
  if (traks.length === 0) throw new MalformedMediaError('The init segment has no track.');
  return traks.map((trak) => {
    const trackId = trackIdOf(init, trak);
    const own = traks.length === 1 ? init : withTrackAlone(init, init.length, trackId);
    return { trackId, ...describe(own, trak), ...readEdits(init, moov, trak) };
  });
}

type Description = Omit<InitTrack, 'trackId' | 'editTicks' | 'emptySeconds'>;

function describe(init: Buffer, trak: Box): Description {
  const stsd = requireBox(init, ['mdia', 'minf', 'stbl', 'stsd'], trak);
  const entry = init.toString('latin1', stsd.payload + 12, stsd.payload + 16);
  const foreign = FOREIGN[entry];
  if (foreign === undefined) return readTrackInfo(init);
  const mdhd = requireBox(init, ['mdia', 'mdhd'], trak);
  const timescale = init.readUInt32BE(mdhd.payload + (init.readUInt8(mdhd.payload) === 1 ? 20 : 12));
  return { kind: foreign.kind, timescale, ...(foreign.isHidden === true ? {} : { codecs: entry }) };
}

/** The edit list's beginning (ISO/IEC 14496-12, 8.6.6): what it leaves empty, and where it enters the media. */
function readEdits(init: Buffer, moov: Box, trak: Box): Pick<InitTrack, 'editTicks' | 'emptySeconds'> {
  const elst = findBox(init, ['edts', 'elst'], trak);
  if (elst === undefined) return { editTicks: 0, emptySeconds: 0 };
  const isLong = init.readUInt8(elst.payload) === 1;
  const count = init.readUInt32BE(elst.payload + 4);
  let emptyTicks = 0;
  for (let index = 0; index < count; index++) {
    const at = elst.payload + 8 + index * (isLong ? 20 : 12);
    const editTicks = isLong ? Number(init.readBigInt64BE(at + 8)) : init.readInt32BE(at + 4);
    if (editTicks >= 0) return { editTicks, emptySeconds: emptyTicks / movieTimescale(init, moov) };
    emptyTicks += isLong ? Number(init.readBigUInt64BE(at)) : init.readUInt32BE(at);
  }
  return { editTicks: 0, emptySeconds: 0 };
}

function movieTimescale(init: Buffer, moov: Box): number {
  const mvhd = requireBox(init, ['mvhd'], moov);
  return init.readUInt32BE(mvhd.payload + (init.readUInt8(mvhd.payload) === 1 ? 20 : 12));
}

function trackIdOf(init: Buffer, trak: Box): number {
  const tkhd = findBox(init, ['tkhd'], trak);
  if (tkhd === undefined) return 1;
  return init.readUInt32BE(tkhd.payload + (init.readUInt8(tkhd.payload) === 1 ? 20 : 12));
}

/**
 * A copy in which the boxes of all other tracks are marked as free space: readers of one track then find this one.
 *
 * @param sizeBytes the file's length, where `file` is only its beginning
 */
export function withTrackAlone(file: Buffer, sizeBytes: number, trackId: number): Buffer {
  const copy = Buffer.from(file);
  const blank = (box: Box, owner: number): void => {
    if (owner !== trackId) copy.write('free', box.start + 4, 'latin1');
  };
  const childrenOf = (box: Box, type: string): Box[] =>
    readBoxes(file, box.payload, box.end).filter((child) => child.type === type);
  for (const box of readBoxes(file, 0, sizeBytes)) {
    if (box.type === 'moov') {
      for (const trak of childrenOf(box, 'trak')) blank(trak, trackIdOf(file, trak));
      for (const mvex of childrenOf(box, 'mvex'))
        for (const trex of childrenOf(mvex, 'trex')) blank(trex, file.readUInt32BE(trex.payload + 4));
    } else if (box.type === 'moof') {
      const trafs = childrenOf(box, 'traf').map((traf) => ({
        traf,
        owner: file.readUInt32BE(requireBox(file, ['tfhd'], traf).payload + 4),
      }));
      for (const { traf, owner } of trafs) blank(traf, owner);
      if (!trafs.some(({ owner }) => owner === trackId)) copy.write('free', box.start + 4, 'latin1');
    }
  }
  return copy;
}
