import { z } from 'zod';
import { VideoRendition } from './ladder.ts';
import { Rational } from './rational.ts';

/** Raised whenever the same probe and request would give another plan; part of every plan. */
export const PLAN_VERSION = 1;

/** A stretch of the output timeline that becomes one media segment per rendition. */
export const PlannedSegment = z.object({
  index: z.number().int().nonnegative(),
  /** First frame, and the frame after the last, as times on the source track's clock; no end for the last segment. */
  sourceStartPts: z.number().int(),
  sourceEndPts: z.number().int().optional(),
  /** The same on the output's clock: ticks of 1/90000 s since the first frame. */
  startTicks: z.number().int().nonnegative(),
  endTicks: z.number().int().positive(),
  frames: z.number().int().positive(),
});
export type PlannedSegment = z.infer<typeof PlannedSegment>;

/** The unit of encode work: consecutive segments that one encoder process makes. */
export const PlannedChunk = z.object({
  index: z.number().int().nonnegative(),
  segments: z.array(PlannedSegment).min(1),
  /** Where decoding begins: the last keyframe shown at or before the first frame, on the source track's clock. */
  seekPts: z.number().int(),
  frames: z.number().int().positive(),
});
export type PlannedChunk = z.infer<typeof PlannedChunk>;

/** A sound rendition. */
export const AudioRendition = z.object({
  name: z.string(),
  streamIndex: z.number().int(),
  language: z.string().optional(),
  label: z.string(),
  isDefault: z.boolean(),
  codec: z.literal('aac'),
  channels: z.number().int().positive(),
  sampleRateHz: z.number().int().positive(),
  bitrateKbps: z.number().int().positive(),
});
export type AudioRendition = z.infer<typeof AudioRendition>;

/** How the source's picture is brought into the ladder's form. Same for all renditions, so it is done once. */
export const PictureTreatment = z.object({
  toneMap: z.enum(['none', 'pq', 'hlg']),
});
export type PictureTreatment = z.infer<typeof PictureTreatment>;

/** Everything that determines the output's bytes, apart from the encoder build. */
export const Plan = z.object({
  version: z.literal(PLAN_VERSION),
  jobId: z.string(),
  segmentSeconds: z.number(),
  video: z.object({
    streamIndex: z.number().int(),
    timeBase: Rational,
    /** The presentation time of the first frame on the source track's clock: zero of the output timeline. */
    originPts: z.number().int(),
    /** Start of the container, which ffmpeg's `-ss` counts from, in seconds. */
    containerStartSeconds: z.number(),
    /** Whether a seek to a keyframe's time finds that keyframe (MP4, Matroska) or may land late (MPEG-TS, AVI, FLV). */
    seekIsExact: z.boolean(),
    frames: z.number().int().positive(),
    durationTicks: z.number().int().positive(),
    /** How far decode times run ahead of presentation times inside of a segment, in ticks; at its ends they don't. */
    decodeLeadTicks: z.number().int().nonnegative(),
    nominalFrameTicks: z.number().int().positive(),
  }),
  /** Where presentation starts on every track's clock, in seconds: leaves room for decode lead and audio priming. */
  presentationOriginSeconds: z.number().int().positive(),
  treatment: PictureTreatment,
  renditions: z.array(VideoRendition).min(1),
  audio: z.array(AudioRendition),
  chunks: z.array(PlannedChunk).min(1),
});
export type Plan = z.infer<typeof Plan>;
