import { makeBox, words } from './box.ts';

/** A sample on its way into a media segment, in decode order. Times are ticks of the track's timescale. */
export interface TimedSample {
  readonly bytes: Buffer;
  readonly decodeTicks: number;
  readonly durationTicks: number;
  readonly presentationTicks: number;
  readonly isSync: boolean;
}

const SYNC_FLAGS = 0x0200_0000;
const NON_SYNC_FLAGS = 0x0101_0000;
const DEFAULT_BASE_IS_MOOF = 0x02_0000;
/** trun: data offset, and per sample duration, size, flags and composition offset. */
const TRUN_FLAGS = 0x1 | 0x100 | 0x200 | 0x400 | 0x800;

/**
 * A CMAF media segment of one fragment (ISO/IEC 23000-19, 7.3.2; 14496-12, 8.8) holding `samples`.
 *
 * @param sequenceNumber number of the fragment in its rendition, from 1
 * @throws {RangeError} when there are no samples, or a composition offset is negative
 */
export function writeSegment(samples: readonly TimedSample[], sequenceNumber: number): Buffer {
  const first = samples[0];
  if (first === undefined) throw new RangeError('A segment needs a sample.');
  const entries = samples.map((sample) => {
    const composition = sample.presentationTicks - sample.decodeTicks;
    if (composition < 0) throw new RangeError('A sample would be shown before it is decoded.');
    return words(
      sample.durationTicks,
      sample.bytes.length,
      sample.isSync ? SYNC_FLAGS : NON_SYNC_FLAGS,
      composition,
    );
  });
  const moofOf = (dataOffset: number): Buffer =>
    makeBox(
      'moof',
      makeBox('mfhd', words(0, sequenceNumber)),
      makeBox(
        'traf',
        makeBox('tfhd', words(DEFAULT_BASE_IS_MOOF, 1)),
        makeBox('tfdt', words(0x0100_0000), uint64(first.decodeTicks)),
        makeBox('trun', words(TRUN_FLAGS, samples.length, dataOffset), ...entries),
      ),
    );
  // The offset of the data counts from the moof, whose length does not depend on it.
  const moof = moofOf(moofOf(0).length + 8);
  const styp = makeBox('styp', Buffer.from('msdh', 'latin1'), words(0), Buffer.from('msdhcmfs', 'latin1'));
  return Buffer.concat([styp, moof, makeBox('mdat', ...samples.map((sample) => sample.bytes))]);
}

function uint64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}
