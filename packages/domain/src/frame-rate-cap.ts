import { z } from 'zod';
import { toNumber, VIDEO_TIMESCALE, type Rational } from './rational.ts';

/** A rule that thins frames out: of each stretch of `den / num` seconds only the first frame is kept. */
export const FrameRateCap = z.object({
  num: z.number().int().positive(),
  den: z.number().int().positive(),
  /** Added to a frame's time in ticks of 1/90000 s, so that rounded times fall to one side of a stretch's end. */
  biasTicks: z.number().int().nonnegative(),
});
export type FrameRateCap = z.infer<typeof FrameRateCap>;

/** A source may be faster than a ceiling by the hundredth that a rounded clock or NTSC's 1000/1001 make. */
const TOLERANCE = 1.01;

/**
 * The rule that holds a source's frame rate under a ceiling, or undefined when it is under it anyway.
 *
 * A steady source keeps every second, third ... frame, so that motion stays even: 60 Hz under a ceiling of 30 gives 30,
 * 50 Hz gives 25. Of an unsteady one at most one frame is kept in each stretch of the ceiling's length, at its own time.
 *
 * @param rate of a steady source; undefined for an unsteady one
 */
export function capFrameRate(maxFrameRate: number, rate: Rational | undefined): FrameRateCap | undefined {
  if (rate === undefined) return { ...toFraction(maxFrameRate), biasTicks: 0 };
  const every = Math.ceil(toNumber(rate) / (maxFrameRate * TOLERANCE));
  if (every <= 1) return undefined;
  // Half a frame: the rounding of a clock can't carry a frame over the end of its stretch.
  const biasTicks = Math.round(VIDEO_TIMESCALE / toNumber(rate) / 2);
  return { num: rate.num, den: rate.den * every, biasTicks };
}

/** Which stretch of a cap's clock a frame lies in. @param ticks time of the frame in 1/90000 s, from 0 */
export function stretchOf(ticks: number, { num, den, biasTicks }: FrameRateCap): number {
  return Math.floor(((ticks + biasTicks) * num) / (VIDEO_TIMESCALE * den));
}

/**
 * Which frames a cap keeps.
 *
 * @param ticks times of all frames in 1/90000 s, increasing
 */
export function keptFrames(ticks: readonly number[], cap: FrameRateCap): boolean[] {
  return ticks.map((time, frame) => {
    const before = ticks[frame - 1];
    return before === undefined || stretchOf(time, cap) > stretchOf(before, cap);
  });
}

function toFraction(rate: number): { num: number; den: number } {
  return { num: Math.round(rate * 1000), den: 1000 };
}
