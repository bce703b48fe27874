import fc from 'fast-check';
import { coarserQuality, ignoresCeiling, shareOfCeiling, type TriedQuality } from './quality-ceiling.ts';

describe('ignoresCeiling', () => {
  it.each([
    ['libvpx-vp9', 32, true],
    ['libvpx-vp9', undefined, false],
    ['libx264', 22, false],
    ['libx265', 24, false],
    ['libsvtav1', 32, false],
  ])('of %s at CRF %s: %s', (encoder, crf, expected) => {
    expect(ignoresCeiling({ encoder, crf })).toBe(expected);
  });
});

describe('shareOfCeiling', () => {
  const rates = { maxrateKbps: 800, bufsizeKbps: 1600 };

  it.each([
    ['an average rate', [[600_000, 6]], 1],
    [
      'the heaviest of several',
      [
        [300_000, 6],
        [900_000, 6],
        [300_000, 6],
      ],
      1.5,
    ],
    ['one shorter than the buffer, by the buffer', [[100_000, 0.1]], 0.5],
    ['one as long as the buffer', [[200_000, 2]], 1],
    ['none', [], 0],
  ])('is that of %s', (_, segments, expected) => {
    expect(
      shareOfCeiling(
        segments.map(([sizeBytes = 0, seconds = 0]) => ({ sizeBytes, seconds })),
        rates,
      ),
    ).toBe(expected);
  });
});

describe('coarserQuality', () => {
  const runs = (...pairs: readonly (readonly [crf: number, ofCeiling: number])[]): TriedQuality[] =>
    pairs.map(([crf, ofCeiling]) => ({ crf, ofCeiling }));

  it.each([
    ['what is under its ceiling', runs([32, 0.7]), undefined],
    ['what just meets it', runs([32, 1]), undefined],
    ['what is under it after some runs', runs([32, 2], [41, 0.9]), undefined],
    ['the coarsest, though above', runs([32, 9], [63, 1.5]), undefined],
    ['the coarsest that was asked for', runs([63, 4]), undefined],
  ])('keeps %s', (_, tried, expected) => {
    expect(coarserQuality(tried)).toBe(expected);
  });

  it.each([
    ['eight steps for half the bytes, and some for an aim below', runs([32, 2]), 41],
    ['a step at least', runs([32, 1.0001]), 33],
    ['the steps that two runs have shown', runs([32, 2], [41, 1.3]), 49],
    ['few steps where they were worth much', runs([32, 8], [36, 1.2]), 38],
    ['no fewer than three for half, whatever they seemed worth', runs([32, 60], [33, 1.5]), 36],
    ['no more than twenty for half, where they brought nothing', runs([32, 1.2], [36, 1.3]), 47],
    ['no coarser than the coarsest', runs([60, 4]), 63],
    ['a lower aim for the fourth run', runs([32, 4], [40, 2], [48, 1.1]), 53],
    ['the coarsest for the fifth', runs([32, 4], [40, 2], [48, 1.5], [52, 1.01]), 63],
  ])('takes %s', (_, tried, expected) => {
    expect(coarserQuality(tried)).toBe(expected);
  });

  it('ends within five runs, under the ceiling or at the coarsest quality, each coarser than the one before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 63 }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        // What each step leaves of the bytes.
        fc.array(fc.double({ min: 0.7, max: 1.01, noNaN: true }), { minLength: 64, maxLength: 64 }),
        (asked, atAsked, steps) => {
          const at = (crf: number): number =>
            steps.slice(asked, crf).reduce((share, step) => share * step, atAsked);
          const tried: TriedQuality[] = [];
          for (let crf: number | undefined = asked; crf !== undefined; crf = coarserQuality(tried)) {
            expect(crf).toBeGreaterThan(tried.at(-1)?.crf ?? -1);
            tried.push({ crf, ofCeiling: at(crf) });
          }
          expect(tried.length).toBeLessThanOrEqual(5);
          const last = tried.at(-1);
          expect(last?.crf === 63 || (last?.ofCeiling ?? 2) <= 1).toBe(true);
        },
      ),
    );
  });
});
