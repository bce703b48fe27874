import { z } from 'zod';
import { ColourTreatment } from './colour.ts';
import { CodedError } from './failure.ts';
import { FrameRateCap } from './frame-rate-cap.ts';
import { VideoRendition } from './ladder.ts';
import { PictureSize } from './quality.ts';
import { Rational } from './rational.ts';

/** Raised whenever the same probe and request would give another plan; part of every plan. */
export const PLAN_VERSION = 3;

/** A stretch of the output timeline that becomes one media segment per rendition. */
export const PlannedSegment = z.object({
  index: z.number().int().nonnegative(),
  /** First frame, and the frame after the last, as times on the source track's clock; no end for the last segment. */
  sourceStartPts: z.number().int(),
  sourceEndPts: z.number().int().optional(),
  /** The same on the output's clock: ticks of 1/90000 s since the first frame. */
  startTicks: z.number().int().nonnegative(),
  endTicks: z.number().int().positive(),
  /** Frames of the source, and what is left of them in renditions with a ceiling of the frame rate. */
  frames: z.number().int().positive(),
  framesOf: z.record(z.string(), z.number().int().positive()).optional(),
});
export type PlannedSegment = z.infer<typeof PlannedSegment>;

/** Frames that a segment has in a rendition. */
export function framesIn({ frames, framesOf }: PlannedSegment, rendition: string): number {
  return framesOf?.[rendition] ?? frames;
}

/** The unit of encode work: consecutive segments that one encoder process makes. */
export const PlannedChunk = z.object({
  index: z.number().int().nonnegative(),
  /** Which of the plan's inputs all its frames are of. */
  input: z.number().int().nonnegative(),
  segments: z.array(PlannedSegment).min(1),
  /** Where decoding begins: the last keyframe shown at or before the first frame, on the source track's clock. */
  seekPts: z.number().int(),
  frames: z.number().int().positive(),
});
export type PlannedChunk = z.infer<typeof PlannedChunk>;

/** The sound codecs that a rendition can have. */
export const AudioCodec = z.enum(['aac', 'opus']);
export type AudioCodec = z.infer<typeof AudioCodec>;

/** A sound rendition. */
export const AudioRendition = z.object({
  name: z.string(),
  language: z.string().optional(),
  label: z.string(),
  isDefault: z.boolean(),
  codec: AudioCodec,
  channels: z.number().int().positive(),
  sampleRateHz: z.number().int().positive(),
  bitrateKbps: z.number().int().positive(),
});
export type AudioRendition = z.infer<typeof AudioRendition>;

/** A rendition of text that is shown over the picture. */
export const SubtitleRendition = z.object({
  name: z.string(),
  language: z.string().optional(),
  label: z.string(),
  isDefault: z.boolean(),
  /** Shown even to those who want no subtitles: for foreign speech. */
  isForced: z.boolean(),
});
export type SubtitleRendition = z.infer<typeof SubtitleRendition>;

/** How a source's picture is brought into the ladder's form. Same for all renditions, so it is done once. */
export const PictureTreatment = z.object({
  /** Which lines of a frame come first, where each frame holds two moments; absent: nothing is woven. */
  deinterlace: z.enum(['tff', 'bff']).optional(),
  /** Of renditions in SDR; those that keep the source's HDR keep its numbers. */
  colour: ColourTreatment,
});
export type PictureTreatment = z.infer<typeof PictureTreatment>;

/** A picture's size inside of a frame that it does not fill; the rest is black. */
const Fit = z.object({ width: z.number().int().positive(), height: z.number().int().positive() });
export type Fit = z.infer<typeof Fit>;

/** A source as it is taken: one stretch of the output timeline. */
export const PlannedInput = z.object({
  /** Of the picture; of no meaning where only sound is wanted. */
  streamIndex: z.number().int(),
  /** The clock of the picture. */
  timeBase: Rational,
  /** The presentation time of the track's first frame, on its own clock. */
  firstPts: z.number().int(),
  /** The same of the first frame that is taken. */
  originPts: z.number().int(),
  /** Start of the container, which ffmpeg's `-ss` counts from, in seconds. */
  containerStartSeconds: z.number(),
  /** Whether a seek to a keyframe's time finds that keyframe (MP4, Matroska) or may land late (MPEG-TS, AVI, FLV). */
  seekIsExact: z.boolean(),
  /** Where it stands on the output timeline, in ticks. */
  startTicks: z.number().int().nonnegative(),
  durationTicks: z.number().int().positive(),
  /** Absent where only sound is wanted. */
  treatment: PictureTreatment.optional(),
  /** By rendition; absent: the picture fills the frame. */
  fits: z.record(z.string(), Fit).optional(),
  /** By rendition: how frames are thinned out to keep under its ceiling; those without one keep all. */
  frameRateCaps: z.record(z.string(), FrameRateCap),
  /** The streams that sound and text renditions are made of, by rendition; those without one are silent meanwhile. */
  audio: z.record(z.string(), z.number().int()),
  subtitles: z.record(z.string(), z.number().int()),
});
export type PlannedInput = z.infer<typeof PlannedInput>;

/** Everything that determines the output's bytes, apart from the encoder build. */
export const Plan = z.object({
  version: z.literal(PLAN_VERSION),
  jobId: z.string(),
  segmentSeconds: z.number(),
  /** What is shown, one after the other. */
  inputs: z.array(PlannedInput).min(1),
  /** The output timeline. */
  video: z.object({
    frames: z.number().int().nonnegative(),
    durationTicks: z.number().int().positive(),
    /** How far decode times run ahead of presentation times inside of a segment, in ticks; at its ends they don't. */
    decodeLeadTicks: z.number().int().nonnegative(),
    nominalFrameTicks: z.number().int().positive(),
  }),
  /** Where presentation starts on every track's clock, in seconds: leaves room for decode lead and audio priming. */
  presentationOriginSeconds: z.number().int().positive(),
  /** Empty, as are the chunks, where only sound is wanted. */
  renditions: z.array(VideoRendition),
  audio: z.array(AudioRendition),
  subtitles: z.array(SubtitleRendition),
  chunks: z.array(PlannedChunk),
  /** Whether sound and text end where the picture does; absent: they may outlast it. */
  isCut: z.literal(true).optional(),
  /** The source's size, at which renditions are compared with it; absent: no quality report is wanted. */
  quality: PictureSize.optional(),
});
export type Plan = z.infer<typeof Plan>;

/** The source that a chunk is of. @throws {CodedError} INTERNAL when the plan has none such */
export function inputOf(
  { inputs }: Pick<Plan, 'inputs'>,
  { input }: Pick<PlannedChunk, 'input'>,
): PlannedInput {
  const found = inputs[input];
  if (found === undefined) throw new CodedError('INTERNAL', `The plan has no input ${input}.`);
  return found;
}

/** Whether sound lasts as long as the picture that it goes with, filled up with silence: of all but a whole source alone. */
export function isSoundFilled({ inputs, isCut }: Pick<Plan, 'inputs' | 'isCut'>): boolean {
  return (
    isCut === true || inputs.length > 1 || inputs.some(({ firstPts, originPts }) => originPts > firstPts)
  );
}
