import { z } from 'zod';
import { SOFTWARE_ENCODER } from './encoders.ts';

/** One step of a ladder as a profile: a size by the short side and how to encode it. */
export const LadderRung = z.strictObject({
  name: z
    .string()
    .regex(
      /^(?!audio-)[a-z0-9][a-z0-9-]{0,30}$/,
      'use lower-case letters, digits and hyphens; audio-... is taken',
    )
    .describe('Names the rendition and its folder, e.g. 720p'),
  shortSide: z.number().int().min(64).max(4320).describe('Length of the shorter side in pixels'),
  maxrateKbps: z
    .number()
    .int()
    .min(50)
    .max(200_000)
    .describe('Ceiling of the bit rate (VBV maxrate) in kbit/s'),
  crf: z.number().int().min(0).max(51).default(22).describe('Constant rate factor under the ceiling'),
  preset: z
    .enum(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow'])
    .default('medium'),
});
export type LadderRung = z.infer<typeof LadderRung>;

/** The ladders that a request can name. */
export const LADDERS = {
  'hls-default': [
    { name: '1080p', shortSide: 1080, maxrateKbps: 5000, crf: 22, preset: 'medium' },
    { name: '720p', shortSide: 720, maxrateKbps: 2800, crf: 22, preset: 'medium' },
    { name: '480p', shortSide: 480, maxrateKbps: 1400, crf: 22, preset: 'fast' },
    { name: '360p', shortSide: 360, maxrateKbps: 800, crf: 22, preset: 'fast' },
  ],
} as const satisfies Record<string, readonly LadderRung[]>;

/** A ladder by name or spelt out. */
export const Ladder = z.union([
  z.enum(Object.keys(LADDERS) as [keyof typeof LADDERS, ...(keyof typeof LADDERS)[]]),
  z
    .array(LadderRung)
    .min(1)
    .max(10)
    .refine((rungs) => new Set(rungs.map((rung) => rung.name)).size === rungs.length, 'names must differ'),
]);
export type Ladder = z.infer<typeof Ladder>;

/** A video rendition that a job will produce: a rung fitted to its source. */
export const VideoRendition = z.object({
  name: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  codec: z.literal('h264'),
  encoder: z.string(),
  preset: z.string(),
  crf: z.number().int(),
  maxrateKbps: z.number().int(),
  bufsizeKbps: z.number().int(),
});
export type VideoRendition = z.infer<typeof VideoRendition>;

const toEven = (length: number): number => Math.max(2, Math.round(length / 2) * 2);

/**
 * Fits a ladder to a source of `width` x `height` display pixels (square pixels, after rotation): rungs above the
 * source are left out, the aspect ratio is kept, sizes are even. A source below the smallest rung gets one rung of its
 * own size, encoded as the smallest rung is.
 *
 * @param encoder of all renditions; their quality and ceiling are those of the ladder whatever encodes them
 */
export function fitLadder(
  ladder: Ladder,
  display: { width: number; height: number },
  encoder: string = SOFTWARE_ENCODER,
): VideoRendition[] {
  const rungs: readonly LadderRung[] = typeof ladder === 'string' ? LADDERS[ladder] : ladder;
  const shortSide = Math.min(display.width, display.height);
  const descending = [...rungs].sort((a, b) => b.shortSide - a.shortSide);
  // A source may fall short of a rung by the pixels that even sizes cost (719 counts as 720).
  const fitting = descending.filter((rung) => rung.shortSide <= shortSide + 1);
  const smallest = descending.at(-1);
  if (fitting.length === 0 && smallest !== undefined) {
    const own = { ...smallest, shortSide: toEven(shortSide) };
    return [fitRung({ ...own, name: `${own.shortSide}p` }, display, encoder)];
  }
  return fitting.map((rung) => fitRung(rung, display, encoder));
}

/** A rendition as it is encoded where its hardware encoder can't be had. */
export function inSoftware(rendition: VideoRendition): VideoRendition {
  return { ...rendition, encoder: SOFTWARE_ENCODER };
}

function fitRung(
  rung: LadderRung,
  display: { width: number; height: number },
  encoder: string,
): VideoRendition {
  // At most 1: the pixel by which a source may fall short of its rung must not stretch the long side.
  const scale = Math.min(1, rung.shortSide / Math.min(display.width, display.height));
  const portrait = display.height > display.width;
  const short = toEven(rung.shortSide);
  const long = toEven(Math.max(display.width, display.height) * scale);
  return {
    name: rung.name,
    width: portrait ? short : long,
    height: portrait ? long : short,
    codec: 'h264',
    encoder,
    preset: rung.preset,
    crf: rung.crf,
    maxrateKbps: rung.maxrateKbps,
    bufsizeKbps: rung.maxrateKbps * 2,
  };
}
