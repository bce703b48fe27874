import fc from 'fast-check';
import { rescale, toNumber } from './rational.ts';

/** Rounds num/den to the nearest, halves away from zero, by the definition rather than by the shortcut of the code. */
function nearest(num: bigint, den: bigint): bigint {
  const magnitude = num < 0n ? -num : num;
  const quotient = magnitude / den;
  const rest = magnitude % den;
  const rounded = rest * 2n >= den ? quotient + 1n : quotient;
  return num < 0n ? -rounded : rounded;
}

describe('rescale', () => {
  it.each([
    { value: 1, from: { num: 1, den: 24 }, to: 90_000, ticks: 3750 },
    { value: 1, from: { num: 1001, den: 30_000 }, to: 90_000, ticks: 3003 },
    { value: 1, from: { num: 1, den: 2 }, to: 1, ticks: 1 },
    { value: -1, from: { num: 1, den: 2 }, to: 1, ticks: -1 },
    { value: 3, from: { num: 1, den: 2 }, to: 1, ticks: 2 },
    { value: -3, from: { num: 1, den: 2 }, to: 1, ticks: -2 },
    { value: 1, from: { num: 1, den: 3 }, to: 1, ticks: 0 },
    { value: -1, from: { num: 1, den: 3 }, to: 1, ticks: 0 },
    { value: 2, from: { num: 1, den: 3 }, to: 1, ticks: 1 },
    { value: -2, from: { num: 1, den: 3 }, to: 1, ticks: -1 },
    // The product passes 2^53: plain numbers would be off.
    { value: 9_007_199_254_740_991, from: { num: 1, den: 90_000 }, to: 90_000, ticks: 9_007_199_254_740_991 },
  ])('$value of $from.num/$from.den s is $ticks of 1/$to s', ({ value, from, to, ticks }) => {
    // `-0` is no tick count that anybody wants to see.
    expect(Object.is(rescale(value, from, to), ticks)).toBe(true);
  });

  it('agrees with exact arithmetic, negative values included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 200_000 }),
        (value, num, den, to) => {
          const exact = nearest(BigInt(value) * BigInt(num) * BigInt(to), BigInt(den));
          fc.pre(exact < BigInt(Number.MAX_SAFE_INTEGER) && exact > BigInt(Number.MIN_SAFE_INTEGER));
          expect(BigInt(rescale(value, { num, den }, to))).toBe(exact);
        },
      ),
    );
  });
});

describe('toNumber', () => {
  it('divides', () => {
    expect(toNumber({ num: 30_000, den: 1001 })).toBeCloseTo(29.97, 3);
  });
});
