import fc from 'fast-check';
import { capFrameRate, keptFrames, stretchOf } from './frame-rate-cap.ts';
import { rescale, VIDEO_TIMESCALE } from './rational.ts';

const ticksOf = (frames: number, rate: { num: number; den: number }): number[] =>
  Array.from({ length: frames }, (_, frame) =>
    rescale(frame * rate.den, { num: 1, den: rate.num }, VIDEO_TIMESCALE),
  );

describe('capFrameRate', () => {
  it.each([
    ['60 under 30', { num: 60, den: 1 }, 30, 2],
    ['59.94 under 30', { num: 60_000, den: 1001 }, 30, 2],
    ['59.94 under 29.97', { num: 60_000, den: 1001 }, 29.97, 2],
    ['50 under 30', { num: 50, den: 1 }, 30, 2],
    ['120 under 30', { num: 120, den: 1 }, 30, 4],
    ['30 under 24', { num: 30, den: 1 }, 24, 2],
  ])('keeps every so-manieth frame: %s', (_, rate, ceiling, every) => {
    const cap = capFrameRate(ceiling, rate);
    if (cap === undefined) throw new Error('no cap');
    const kept = keptFrames(ticksOf(100_000, rate), cap);
    expect(kept.flatMap((keep, frame) => (keep && frame % every !== 0 ? [frame] : []))).toEqual([]);
    expect(kept.filter(Boolean)).toHaveLength(Math.ceil(100_000 / every));
  });

  it.each([
    ['slower', { num: 24, den: 1 }, 30],
    ['as fast', { num: 30, den: 1 }, 30],
    ['faster by rounding', { num: 30_000, den: 1001 }, 29.97],
  ])('leaves a source alone that is %s', (_, rate, ceiling) => {
    expect(capFrameRate(ceiling, rate)).toBeUndefined();
  });
});

describe('keptFrames', () => {
  const times = fc
    .array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 200 })
    .map((steps) => steps.reduce<number[]>((all, step) => [...all, (all.at(-1) ?? 0) + step], [0]));

  it('keeps the first frame, and of an unsteady source no two of one stretch', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 120 }), (ticks, ceiling) => {
        const cap = capFrameRate(ceiling, undefined);
        if (cap === undefined) throw new Error('no cap');
        const kept = ticks.filter((_, frame) => keptFrames(ticks, cap)[frame]);
        expect(kept[0]).toBe(0);
        const stretches = kept.map((tick) => stretchOf(tick, cap));
        expect(new Set(stretches).size).toBe(stretches.length);
        // No stretch that has a frame loses all of them.
        expect(new Set(stretches)).toEqual(new Set(ticks.map((tick) => stretchOf(tick, cap))));
      }),
    );
  });
});
