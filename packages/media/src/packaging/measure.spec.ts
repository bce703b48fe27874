import { MalformedMediaError } from '../isobmff/box.ts';
import { writeSegment } from '../isobmff/segment.ts';
import { measureSegment } from './measure.ts';

const segmentOf = (count: number): Buffer =>
  writeSegment(
    Array.from({ length: count }, (_, index) => ({
      bytes: Buffer.from('frame'),
      decodeTicks: index * 1000,
      durationTicks: 1000,
      presentationTicks: index * 1000,
      isSync: index === 0,
    })),
    1,
  );

describe('measureSegment', () => {
  it.each([1, 5, 500])('reads %i samples from the boxes before them', (count) => {
    const segment = segmentOf(count);
    const times = measureSegment(segment.subarray(0, segment.indexOf('mdat') + 4), segment.length);
    expect(times).toMatchObject({ samples: count, decodeEnd: count * 1000 });
  });

  it('notices that a table was not read whole', () => {
    const segment = segmentOf(500);
    const measure = (): unknown => measureSegment(segment.subarray(0, 600), segment.length);
    expect(measure).toThrow(MalformedMediaError);
  });

  it('notices a table that names more samples than its box holds', () => {
    const segment = segmentOf(5);
    const countAt = segment.indexOf('trun') + 8;
    expect(segment.readUInt32BE(countAt)).toBe(5);
    segment.writeUInt32BE(6, countAt);
    expect(() => measureSegment(segment, segment.length)).toThrow(MalformedMediaError);
  });

  it('notices a long box whose length was not read', () => {
    // A length of 1 says that the true length follows the type (ISO/IEC 14496-12, 4.2).
    const head = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from('moof')]);
    expect(() => measureSegment(head, 1000)).toThrow(MalformedMediaError);
  });

  it('finds no sample where there is no fragment', () => {
    expect(measureSegment(Buffer.alloc(0), 0)).toMatchObject({ samples: 0, beginsWithKeyframe: false });
  });
});
