import { z } from 'zod';
import { toEven } from './ladder.ts';

/** The size of a picture in pixels. */
export const PictureSize = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});
export type PictureSize = z.infer<typeof PictureSize>;

/**
 * Displays for which VMAF's authors trained models, with the model of each by libvmaf's name
 * (https://github.com/Netflix/vmaf/blob/master/resource/doc/models.md).
 */
const DISPLAYS = {
  hd: { long: 1920, short: 1080, model: 'vmaf_v0.6.1' },
  uhd: { long: 3840, short: 2160, model: 'vmaf_4k_v0.6.1' },
} as const;

/** How VMAF looks at a picture: by which model, and scaled to which size. */
export const VmafView = PictureSize.extend({ model: z.string() });
export type VmafView = z.infer<typeof VmafView>;

/**
 * How VMAF is to look at a source and its renditions. A model predicts how a picture seems that fills the display it was
 * made for, so both sides are scaled to that display, smaller sources too: else artefacts of a small picture would count
 * as seen from far away (https://github.com/Netflix/vmaf/blob/master/resource/doc/faq.md).
 *
 * @param source size of the source in square pixels, after rotation
 */
export function vmafView({ width, height }: PictureSize): VmafView {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const { uhd, hd } = DISPLAYS;
  const display = long >= uhd.long || short >= uhd.short ? uhd : hd;
  const scale = Math.min(display.long / long, display.short / short);
  return { width: toEven(width * scale), height: toEven(height * scale), model: display.model };
}

/** What a measurement gives for one frame of a rendition. */
export interface FrameScores {
  /** From 0 to 100; absent where no model knows the picture (HDR). */
  readonly vmaf?: number;
  /** Mean squared error as a share of the largest value's square, of brightness and of all three planes. */
  readonly errorY: number;
  readonly error: number;
  /** Structural similarity of brightness, up to 1. */
  readonly ssim: number;
}

/** Sums over frames, which add up to those of more frames, so that nothing but these need be kept of each. */
export const QualitySums = z.object({
  frames: z.number().int().positive(),
  vmaf: z
    .object({
      sum: z.number(),
      /** Of 1 / (score + 1), as libvmaf's harmonic mean has it: a score may be 0. */
      inverseSum: z.number(),
      lowest: z.number(),
    })
    .optional(),
  errorYSum: z.number().nonnegative(),
  errorSum: z.number().nonnegative(),
  ssimSum: z.number(),
});
export type QualitySums = z.infer<typeof QualitySums>;

/** How like its source a rendition or a segment is. */
export const Quality = z.object({
  /** Mean over frames, from 0 to 100; absent, as the two below, where no model knows the picture (HDR). */
  vmaf: z.number().optional(),
  /** Which bad frames pull down further than good ones pull up. */
  vmafHarmonicMean: z.number().optional(),
  /** Of the worst frame. */
  vmafLowest: z.number().optional(),
  /** From the mean squared error over all frames, in dB, of brightness and of all three planes. */
  psnrYDb: z.number(),
  psnrDb: z.number(),
  /** Mean over frames, of brightness. */
  ssim: z.number(),
});
export type Quality = z.infer<typeof Quality>;

/** What a frame that is no different has: infinity, which JSON can't say. */
export const MOST_PSNR_DB = 100;

/** Sums up frames; at least one. */
export function sumScores(scores: readonly FrameScores[]): QualitySums {
  return addQuality(
    scores.map(({ vmaf, errorY, error, ssim }) => ({
      frames: 1,
      ...(vmaf === undefined ? {} : { vmaf: { sum: vmaf, inverseSum: 1 / (vmaf + 1), lowest: vmaf } }),
      errorYSum: errorY,
      errorSum: error,
      ssimSum: ssim,
    })),
  );
}

/** The sums over all frames of several parts; VMAF's only where every part has it. */
export function addQuality(parts: readonly QualitySums[]): QualitySums {
  const total = (of: (part: QualitySums) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
  const vmaf = parts.flatMap((part) => part.vmaf ?? []);
  return {
    frames: total(({ frames }) => frames),
    ...(vmaf.length < parts.length
      ? {}
      : {
          vmaf: {
            sum: vmaf.reduce((sum, part) => sum + part.sum, 0),
            inverseSum: vmaf.reduce((sum, part) => sum + part.inverseSum, 0),
            lowest: vmaf.reduce((lowest, part) => Math.min(lowest, part.lowest), Infinity),
          },
        }),
    errorYSum: total(({ errorYSum }) => errorYSum),
    errorSum: total(({ errorSum }) => errorSum),
    ssimSum: total(({ ssimSum }) => ssimSum),
  };
}

/** What sums say of their frames, rounded to what a measurement can tell. */
export function qualityOf({ frames, vmaf, errorYSum, errorSum, ssimSum }: QualitySums): Quality {
  return {
    ...(vmaf === undefined
      ? {}
      : {
          vmaf: rounded(vmaf.sum / frames, 3),
          vmafHarmonicMean: rounded(frames / vmaf.inverseSum - 1, 3),
          vmafLowest: rounded(vmaf.lowest, 3),
        }),
    psnrYDb: psnrDb(errorYSum / frames),
    psnrDb: psnrDb(errorSum / frames),
    ssim: rounded(ssimSum / frames, 5),
  };
}

function psnrDb(error: number): number {
  return Math.min(MOST_PSNR_DB, rounded(10 * Math.log10(1 / error), 3));
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** What was measured of one chunk: put conditionally, so that nothing is measured twice. */
export const QualityRecord = z.object({
  jobId: z.string(),
  chunkIndex: z.number().int().nonnegative(),
  attemptId: z.string(),
  workerId: z.string(),
  encoderBuild: z.string(),
  renditions: z.array(
    z.object({
      name: z.string(),
      segments: z.array(z.object({ index: z.number().int().nonnegative(), sums: QualitySums })).min(1),
    }),
  ),
});
export type QualityRecord = z.infer<typeof QualityRecord>;

/** The quality report of a job: `quality.json` in its output. It follows from source, plan and encoder build alone. */
export const QualityReport = z.object({
  version: z.literal(1),
  /** Size at which PSNR and SSIM compare: that of the source. */
  reference: PictureSize,
  /** How VMAF compares; absent where no rendition has it. */
  vmaf: VmafView.optional(),
  renditions: z.array(
    z.object({
      name: z.string(),
      frames: z.number().int().positive(),
      quality: Quality,
      segments: z.array(
        Quality.extend({
          index: z.number().int().nonnegative(),
          path: z.string(),
          frames: z.number().int().positive(),
        }),
      ),
    }),
  ),
});
export type QualityReport = z.infer<typeof QualityReport>;
