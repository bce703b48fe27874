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

/** What a pixel may cost: enough that what scenarios ask for is a fraction of it, and 4K60 still fits on a disk. */
const BITS_PER_PIXEL = 0.2;

/** 48 kHz, one channel of 16 bits. */
const SOUND_KBPS = 768;

/** Encoders keep to a ceiling over some seconds, and not to the last bit. */
const MARGIN = 1.25;

const CONTAINER_BYTES = 4 * 1024 ** 2;

/** Ceiling of the bit rate of a test source's picture, in kbit/s. */
export function testSourceKbps({ width, height, frameRate }: TestSource): number {
  return Math.ceil((width * height * frameRate * BITS_PER_PIXEL) / 1000);
}

/** What a test source's file takes at most, in bytes. */
export function testSourceBytes(recipe: TestSource): number {
  const kbps = testSourceKbps(recipe) + SOUND_KBPS;
  return Math.ceil((kbps * recipe.seconds * MARGIN * 1000) / 8) + CONTAINER_BYTES;
}
