import fc from 'fast-check';
import { decodeTimes } from './decode-times.ts';

/** Presentation times in decode order as an encoder with two frames of reordering gives them: I P B b P B b ... */
const reordered = fc
  .tuple(
    fc.array(fc.integer({ min: 3, max: 900_000 }), { minLength: 1, maxLength: 60 }),
    fc.array(fc.boolean()),
  )
  .map(([gaps, swaps]) => {
    let shown = 0;
    const times = [0, ...gaps.map((gap) => (shown += gap))];
    for (let index = 1; index + 2 < times.length; index += 3) {
      if (swaps[index] !== true) continue;
      const [a = 0, b = 0, c = 0] = times.slice(index, index + 3);
      times.splice(index, 3, c, a, b);
    }
    return times;
  });

describe('decodeTimes', () => {
  it('keeps the spacing of an even timeline, ahead by the lead, and has none at the ends', () => {
    const shown = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11].map((frame) => frame * 3_000);
    // 0.33, 0.67 and 1 frame after the start; then a frame a frame; at the end as late as the frames are shown.
    expect(decodeTimes(shown, 6_000)).toEqual([
      0, 1_000, 2_000, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 21_000, 26_000, 27_000, 33_000,
    ]);
  });

  it('decodes a frame early that must be shown before the even spacing would allow', () => {
    // The frame at 10 comes behind the one at 1000 in decode order, and the lead of 5 is too short for that.
    expect(decodeTimes([0, 1000, 10], 5)).toEqual([0, 8, 10]);
  });

  it('rises strictly, never passes presentation, and begins where the segment before has ended', () => {
    fc.assert(
      fc.property(reordered, fc.integer({ min: 2, max: 9_000 }), (shown, lead) => {
        const times = decodeTimes(shown, lead);
        times.forEach((time, index) => {
          expect(time).toBeLessThanOrEqual(shown[index] ?? NaN);
          if (index > 0) expect(time).toBeGreaterThan(times[index - 1] ?? NaN);
        });
        expect(times[0]).toBe(0);
      }),
    );
  });
});
