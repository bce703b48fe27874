import { z } from 'zod';

/** A fraction as media containers write them, e.g. a time base of 1/90000 s or a frame rate of 30000/1001 Hz. */
export const Rational = z.object({ num: z.number().int(), den: z.number().int().positive() });
export type Rational = z.infer<typeof Rational>;

/** The clock of every video timeline that Framefold writes: ticks per second. */
export const VIDEO_TIMESCALE = 90_000;

/**
 * Converts `value` units of `from` seconds into ticks of `1/toTimescale` seconds, exactly, rounding to the nearest
 * and halves away from zero: the rounding of libavutil's `av_rescale_q`, so that plan and encoder agree to the tick.
 */
export function rescale(value: number, from: Rational, toTimescale: number): number {
  const numerator = BigInt(value) * BigInt(from.num) * BigInt(toTimescale);
  const denominator = BigInt(from.den);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (magnitude + denominator / 2n) / denominator;
  return Number(numerator < 0n ? -rounded : rounded);
}

/** A fraction as a plain number. */
export function toNumber(fraction: Rational): number {
  return fraction.num / fraction.den;
}
