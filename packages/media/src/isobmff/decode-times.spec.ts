import fc from 'fast-check';
import { decodeTimes } from './decode-times.ts';

/** Presentation times in decode order as an encoder with two frames of reordering gives them: I P B b P B b ... */
const reordered = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 900_000 }), { minLength: 1, maxLength: 60 }),
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
  it('keeps the spacing of an even timeline, ahead by the lead', () => {
    expect(decodeTimes([0, 12_000, 4_000, 8_000, 16_000], 8_000)).toEqual([-8_000, -4_000, 0, 4_000, 8_000]);
  });

  it('decodes a frame early that must be shown before the even spacing would allow', () => {
    // The frame at 10 comes behind the one at 1000 in decode order, and the lead of 5 is too short for that.
    expect(decodeTimes([0, 1000, 10], 5)).toEqual([-5, 5, 10]);
  });

  it('rises strictly, never passes presentation, and begins at the start less the lead', () => {
    fc.assert(
      fc.property(reordered, fc.integer({ min: 100, max: 9_000 }), (shown, lead) => {
        const times = decodeTimes(shown, lead);
        times.forEach((time, index) => {
          expect(time).toBeLessThanOrEqual(shown[index] ?? NaN);
          if (index > 0) expect(time).toBeGreaterThan(times[index - 1] ?? NaN);
        });
        expect(times[0]).toBeLessThanOrEqual(-lead);
      }),
    );
  });
});
