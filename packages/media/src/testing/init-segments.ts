import { makeBox, words } from '../isobmff/box.ts';

/** An init segment of AVC High at level 3.0, with the boxes that say what playlists must tell. */
export function videoInit(width: number, height: number, timescale = 90_000): Buffer {
  const entry = Buffer.alloc(78);
  entry.writeUInt16BE(width, 24);
  entry.writeUInt16BE(height, 26);
  const avcC = makeBox('avcC', Buffer.from([1, 0x64, 0x00, 0x1e, 0xff, 0xe0, 0]));
  return initOf(timescale, makeBox('avc1', entry, avcC));
}

/** An init segment of AAC-LC in stereo. */
export function audioInit(sampleRateHz = 48_000): Buffer {
  const specificInfo = [0x05, 2, 0x11, 0x90];
  const decoderConfig = [0x04, 13 + specificInfo.length, 0x40, ...Array<number>(12).fill(0), ...specificInfo];
  const stream = [0x03, 3 + decoderConfig.length, 0, 1, 0, ...decoderConfig];
  const esds = makeBox('esds', words(0), Buffer.from(stream));
  return initOf(sampleRateHz, makeBox('mp4a', Buffer.alloc(28), esds));
}

/** An init segment of Opus in stereo. */
export function opusInit(preSkip: number): Buffer {
  const dOps = Buffer.from([0, 2, preSkip >> 8, preSkip & 255, 0, 0, 0xbb, 0x80, 0, 0, 0]);
  return initOf(48_000, makeBox('Opus', Buffer.alloc(28), makeBox('dOps', dOps)));
}

function initOf(timescale: number, sampleEntry: Buffer): Buffer {
  const mdhd = makeBox('mdhd', words(0, 0, 0, timescale, 0, 0));
  const minf = makeBox('minf', makeBox('stbl', makeBox('stsd', words(0, 1), sampleEntry)));
  return Buffer.concat([
    makeBox('ftyp', Buffer.from('iso6', 'latin1'), words(0)),
    makeBox('moov', makeBox('trak', makeBox('mdia', mdhd, minf))),
  ]);
}
