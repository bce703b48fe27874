import { z } from 'zod';

/** The recipe of a source that a media worker makes itself: pictures that move, and a tone. Same recipe, same bytes. */
export const TestSource = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Frames a second. */
  frameRate: z.number().int().positive(),
  seconds: z.number().int().positive(),
});
export type TestSource = z.infer<typeof TestSource>;

/** What a pixel takes in a second, at any frame rate: 10.7 bits in HD and 6 in 4K, as measured; and some room. */
const BITS_PER_PIXEL_AND_SECOND = 13;

/** 48 kHz, one channel of 16 bits. */
const SOUND_BITS_PER_SECOND = 768_000;

const CONTAINER_BYTES = 4 * 1024 ** 2;

/** What a test source's file takes at most, in bytes. */
export function testSourceBytes({ width, height, seconds }: TestSource): number {
  const bits = (width * height * BITS_PER_PIXEL_AND_SECOND + SOUND_BITS_PER_SECOND) * seconds;
  return Math.ceil(bits / 8) + CONTAINER_BYTES;
}
