import fc from 'fast-check';
import { missingParts, partBytesOf } from './direct-upload.ts';

const MIB = 1024 ** 2;
const PART = 16 * MIB;

describe('partBytesOf', () => {
  it.each([
    [1, PART],
    [10 * 1024 * MIB, PART],
    [10_000 * PART, PART],
    [10_000 * PART + 1, PART + MIB],
    [5 * 1024 ** 2 * MIB, 525 * MIB],
  ])('of %d bytes is %d', (sizeBytes, expected) => expect(partBytesOf(sizeBytes)).toBe(expected));
});

describe('missingParts', () => {
  it('are the parts of any file, each byte once, as services take them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 * 1024 ** 4 }), (sizeBytes) => {
        const parts = missingParts(sizeBytes, []);
        expect(parts.length).toBeLessThanOrEqual(10_000);
        expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
        expect(parts.reduce((sum, part) => sum + part.sizeBytes, 0)).toBe(sizeBytes);
        const [last, ...others] = [...parts].reverse();
        expect(last?.sizeBytes).toBeGreaterThan(0);
        expect(new Set(others.map((part) => part.sizeBytes)).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });

  const size = 2 * PART + 5;
  it.each([
    ['nothing has arrived', [], [1, 2, 3]],
    [
      'some have, in any order',
      [
        [3, 5],
        [1, PART],
      ],
      [2],
    ],
    [
      'one has twice',
      [
        [2, PART],
        [2, PART],
      ],
      [1, 3],
    ],
    [
      'one has another size',
      [
        [1, PART],
        [2, PART - 1],
        [3, 5],
      ],
      [2],
    ],
    [
      'there are more than there should be',
      [
        [1, PART],
        [2, PART],
        [3, 5],
        [4, 1],
      ],
      [],
    ],
  ])('when %s', (_, arrived, expected) => {
    const parts = arrived.map(([number = 0, sizeBytes = 0]) => ({ number, sizeBytes }));
    expect(missingParts(size, parts).map(({ number }) => number)).toEqual(expected);
  });
});
