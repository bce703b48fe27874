import { z } from 'zod';
import { SOFTWARE_ENCODER } from './encoders.ts';
import { CODECS, rungsOf, VideoCodec, type Ladder, type LadderRung } from './profiles.ts';

/** A video rendition that a job will produce: a rung fitted to its source. */
export const VideoRendition = z.object({
  name: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  codec: VideoCodec,
  encoder: z.string(),
  preset: z.string(),
  /** Constant quality; absent where an average rate is asked for. */
  crf: z.number().int().optional(),
  averageKbps: z.number().int().positive().optional(),
  /** Absent: one. */
  passes: z.number().int().positive().optional(),
  maxrateKbps: z.number().int(),
  bufsizeKbps: z.number().int(),
  /** A ceiling of the frame rate, by which frames of faster sources are left out; absent: none are. */
  maxFrameRate: z.number().positive().optional(),
  /** How brightness beyond SDR is coded; absent: it is not. */
  dynamicRange: z.enum(['pq', 'hlg']).optional(),
});
export type VideoRendition = z.infer<typeof VideoRendition>;

/** What a ladder is fitted to. */
export interface LadderSource {
  /** Size in square pixels, after rotation. */
  readonly width: number;
  readonly height: number;
  readonly hdr?: 'none' | 'pq' | 'hlg';
}

/** The nearest even length, as 4:2:0 needs it. */
export const toEven = (length: number): number => Math.max(2, Math.round(length / 2) * 2);

/**
 * Fits a ladder to a source: rungs above the source are left out, the aspect ratio is kept, sizes are even. A source
 * below the smallest rung of a codec gets one rung of its own size, encoded as that smallest rung is.
 *
 * @param encoder of all H.264 renditions; their quality and ceiling are those of the ladder whatever encodes them
 */
export function fitLadder(
  ladder: Ladder,
  source: LadderSource,
  encoder: string = SOFTWARE_ENCODER,
): VideoRendition[] {
  const shortSide = Math.min(source.width, source.height);
  const rungs = rungsOf(ladder);
  const codecs = [...new Set(rungs.map(({ codec }) => codec))];
  const taken = new Set<string>();
  return codecs.flatMap((codec) => {
    const descending = rungs.filter((rung) => rung.codec === codec).sort((a, b) => b.shortSide - a.shortSide);
    // A source may fall short of a rung by the pixels that even sizes cost (719 counts as 720).
    let fitting = descending.filter((rung) => rung.shortSide <= shortSide + 1);
    const smallest = descending.at(-1);
    if (fitting.length === 0 && smallest !== undefined) {
      const own = toEven(shortSide);
      const name = taken.has(`${own}p`) ? `${own}p-${codec}` : `${own}p`;
      fitting = [{ ...smallest, shortSide: own, name }];
    }
    return fitting.map((rung) => {
      taken.add(rung.name);
      return fitRung(rung, source, encoder);
    });
  });
}

/**
 * The size at which a picture fits whole into frames of another shape; undefined where it fills them, but for the pixels
 * that even sizes cost.
 *
 * @param picture its size in square pixels, after rotation
 */
export function fitInto(
  frame: { readonly width: number; readonly height: number },
  picture: { readonly width: number; readonly height: number },
): { width: number; height: number } | undefined {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const width = Math.min(frame.width, toEven(picture.width * scale));
  const height = Math.min(frame.height, toEven(picture.height * scale));
  return frame.width - width <= 2 && frame.height - height <= 2 ? undefined : { width, height };
}

/** A rendition as it is encoded where its hardware encoder can't be had. */
export function inSoftware(rendition: VideoRendition): VideoRendition {
  return { ...rendition, encoder: CODECS[rendition.codec].encoder };
}

function fitRung(rung: LadderRung, source: LadderSource, h264Encoder: string): VideoRendition {
  // At most 1: the pixel by which a source may fall short of its rung must not stretch the long side.
  const scale = Math.min(1, rung.shortSide / Math.min(source.width, source.height));
  const portrait = source.height > source.width;
  const short = toEven(rung.shortSide);
  const long = toEven(Math.max(source.width, source.height) * scale);
  const { hdr = 'none' } = source;
  return {
    name: rung.name,
    width: portrait ? short : long,
    height: portrait ? long : short,
    codec: rung.codec,
    encoder: rung.codec === 'h264' ? h264Encoder : CODECS[rung.codec].encoder,
    preset: rung.preset,
    ...(rung.averageKbps === undefined
      ? { crf: rung.crf ?? CODECS[rung.codec].crf }
      : { averageKbps: rung.averageKbps }),
    ...(rung.passes === 2 ? { passes: rung.passes } : {}),
    maxrateKbps: rung.maxrateKbps,
    bufsizeKbps: rung.maxrateKbps * 2,
    ...(rung.maxFrameRate === undefined ? {} : { maxFrameRate: rung.maxFrameRate }),
    ...(rung.dynamicRange === 'source' && hdr !== 'none' ? { dynamicRange: hdr } : {}),
  };
}
