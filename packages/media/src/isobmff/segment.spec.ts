import { readBoxes } from './box.ts';
import { readSamples } from './fragments.ts';
import { writeSegment } from './segment.ts';
import { measureSegment } from '../packaging/measure.ts';

const sample = (text: string, decodeTicks: number, presentationTicks: number, isSync = false) => ({
  bytes: Buffer.from(text),
  decodeTicks,
  durationTicks: 3750,
  presentationTicks,
  isSync,
});

const SAMPLES = [
  sample('key', 2 ** 33, 2 ** 33 + 7500, true),
  sample('p', 2 ** 33 + 3750, 2 ** 33 + 18_750),
  sample('bb', 2 ** 33 + 7500, 2 ** 33 + 11_250),
];

describe('writeSegment', () => {
  it('is read back as it was written, times beyond 32 bits included', () => {
    const segment = writeSegment(SAMPLES, 7);
    const read = readSamples(segment);
    expect(
      read.map(({ decodeTicks, durationTicks, presentationTicks, isSync }) => ({
        decodeTicks,
        durationTicks,
        presentationTicks,
        isSync,
      })),
    ).toEqual(SAMPLES.map(({ bytes: _, ...rest }) => rest));
    expect(read.map((item) => segment.toString('utf8', item.offset, item.offset + item.sizeBytes))).toEqual([
      'key',
      'p',
      'bb',
    ]);
    expect(readBoxes(segment).map((box) => box.type)).toEqual(['styp', 'moof', 'mdat']);
  });

  it('refuses a sample that would be shown before it is decoded', () => {
    expect(() => writeSegment([sample('x', 100, 99, true)], 1)).toThrow(RangeError);
  });

  it('refuses to be empty', () => {
    expect(() => writeSegment([], 1)).toThrow(RangeError);
  });
});

describe('measureSegment', () => {
  it('needs the head of a segment alone', () => {
    const big = SAMPLES.map((item) => ({ ...item, bytes: Buffer.alloc(100_000) }));
    const segment = writeSegment(big, 1);
    expect(measureSegment(segment.subarray(0, segment.indexOf('mdat') + 4), segment.length)).toEqual({
      samples: 3,
      decodeStart: 2 ** 33,
      decodeEnd: 2 ** 33 + 3 * 3750,
      presentationStart: 2 ** 33 + 7500,
      beginsWithKeyframe: true,
    });
  });

  it('finds a segment that is shorter than its boxes say', () => {
    const segment = writeSegment(SAMPLES, 1);
    expect(() => measureSegment(segment, segment.length - 1)).toThrow(/beyond/);
  });
});
