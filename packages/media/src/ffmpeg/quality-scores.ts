import {
  framesIn,
  sumScores,
  type FrameScores,
  type PlannedChunk,
  type QualityRecord,
  type VideoRendition,
} from '@framefold/domain';
import { z } from 'zod';
import { hasVmaf, VMAF_LEAD_FRAMES } from './quality-argv.ts';

/** What a measurement has written, as text. */
export interface QualityTexts {
  readonly likeness: string;
  /** Absent where VMAF was not asked for. */
  readonly vmaf?: string;
  readonly sourceTimes: string;
  readonly renditionTimes: string;
}

/** The sums of each segment of a rendition. */
export type SegmentSums = QualityRecord['renditions'][number]['segments'];

/** The two sides of a measurement were not the same frames: its scores say nothing. */
export class MisalignedError extends Error {
  override readonly name = 'MisalignedError';
}

const logOf = <S extends z.ZodRawShape>(metrics: S) =>
  z.object({ frames: z.array(z.object({ metrics: z.object(metrics) })) });

const LikenessLog = logOf({
  mse_y: z.number(),
  mse_cb: z.number(),
  mse_cr: z.number(),
  float_ssim: z.number(),
});
const VmafLog = logOf({ vmaf: z.number() });

/**
 * Reads what a measurement of a chunk at a rendition has written, and sums it up by segments.
 *
 * @throws {MisalignedError} unless both sides had exactly the planned frames, at the same times
 */
export function readQuality(
  texts: QualityTexts,
  chunk: PlannedChunk,
  rendition: VideoRendition,
): SegmentSums {
  const times = sameTimes(texts);
  const planned = chunk.segments.reduce((sum, segment) => sum + framesIn(segment, rendition.name), 0);
  if (times.length !== planned) throw new MisalignedError(`${times.length} of ${planned} frames`);
  const scores = frameScores(texts, planned, rendition);
  return chunk.segments.map((segment) => {
    const own = scores.filter((_, frame) => {
      const ticks = times[frame] ?? NaN;
      return ticks >= segment.startTicks && ticks < segment.endTicks;
    });
    const expected = framesIn(segment, rendition.name);
    if (own.length !== expected)
      throw new MisalignedError(`segment ${segment.index} has ${own.length} of ${expected} frames`);
    return { index: segment.index, sums: sumScores(own) };
  });
}

function sameTimes({ sourceTimes, renditionTimes }: QualityTexts): number[] {
  const [source, rendition] = [timesIn(sourceTimes), timesIn(renditionTimes)];
  if (source.length !== rendition.length) {
    throw new MisalignedError(`${source.length} frames of the source, ${rendition.length} of the rendition`);
  }
  const astray = source.findIndex((ticks, frame) => ticks !== rendition[frame]);
  if (astray >= 0) {
    throw new MisalignedError(
      `frame ${astray} is shown at ${rendition[astray]} instead of ${source[astray]} ticks`,
    );
  }
  return source;
}

function timesIn(text: string): number[] {
  return text.split('\n').filter(Boolean).map(Number);
}

function frameScores(texts: QualityTexts, frames: number, rendition: VideoRendition): FrameScores[] {
  const peak = rendition.dynamicRange === undefined ? 2 ** 8 - 1 : 2 ** 10 - 1;
  const likeness = LikenessLog.parse(JSON.parse(texts.likeness)).frames;
  const vmaf = hasVmaf(rendition) ? vmafScores(texts.vmaf ?? '', frames) : undefined;
  if (likeness.length !== frames) throw new MisalignedError(`${likeness.length} of ${frames} scores`);
  return likeness.map(({ metrics }, frame) => {
    const { mse_y: y, mse_cb: cb, mse_cr: cr, float_ssim: ssim } = metrics;
    const score = vmaf?.[frame];
    return {
      ...(score === undefined ? {} : { vmaf: score }),
      errorY: y / peak ** 2,
      // 4:2:0 has four samples of brightness for one of each colour difference.
      error: (4 * y + cb + cr) / 6 / peak ** 2,
      ssim,
    };
  });
}

function vmafScores(text: string, frames: number): number[] {
  const lead = Math.min(VMAF_LEAD_FRAMES, frames);
  const scores = VmafLog.parse(JSON.parse(text)).frames.map(({ metrics }) => metrics.vmaf);
  if (scores.length !== lead + frames)
    throw new MisalignedError(`${scores.length - lead} of ${frames} VMAF scores`);
  return scores.slice(lead);
}
