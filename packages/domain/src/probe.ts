import { z } from 'zod';
import { Rational } from './rational.ts';

/** A picture track of a source, as measured by the probe. */
export const VideoTrack = z.object({
  streamIndex: z.number().int(),
  codec: z.string(),
  /** Coded size in pixels, before rotation and sample aspect ratio. */
  codedWidth: z.number().int().positive(),
  codedHeight: z.number().int().positive(),
  sampleAspectRatio: Rational,
  /** Clockwise rotation that a player applies, in degrees: 0, 90, 180 or 270. */
  rotationDegrees: z.number().int(),
  /** Size on a screen of square pixels, rotated. */
  displayWidth: z.number().int().positive(),
  displayHeight: z.number().int().positive(),
  pixelFormat: z.string(),
  transfer: z.string().optional(),
  primaries: z.string().optional(),
  matrix: z.string().optional(),
  range: z.string().optional(),
  /** How brightness beyond SDR is coded, if it is. */
  hdr: z.enum(['none', 'pq', 'hlg']),
  /** Whether frames tell how each scene is to be shown (HDR10+, SMPTE ST 2094-40). */
  hasDynamicHdr: z.boolean().optional(),
  /** Whether the container or codec says that frames hold two moments. Not to be relied on. */
  interlaced: z.boolean(),
  /** Which lines come first in frames that hold two moments, by measurement; absent where they hold one. */
  fieldOrder: z.enum(['tff', 'bff']).optional(),
  /** Whether pictures are transparent in places. */
  hasAlpha: z.boolean().optional(),
  /** Profile of Dolby Vision, if there is an enhancement for it. */
  dolbyVisionProfile: z.number().int().optional(),
  timeBase: Rational,
  /** Nominal frame rate; absent where the source's timing is irregular. */
  frameRate: Rational.optional(),
  frameCount: z.number().int().nonnegative(),
  startSeconds: z.number(),
  durationSeconds: z.number(),
  bitrateKbps: z.number().optional(),
});
export type VideoTrack = z.infer<typeof VideoTrack>;

/** A sound track of a source. */
export const AudioTrack = z.object({
  streamIndex: z.number().int(),
  codec: z.string(),
  channels: z.number().int().positive(),
  sampleRateHz: z.number().int().positive(),
  /** BCP 47 or ISO 639 code, as the container says; absent where undetermined. */
  language: z.string().optional(),
  title: z.string().optional(),
  isDefault: z.boolean(),
  startSeconds: z.number(),
  durationSeconds: z.number().optional(),
});
export type AudioTrack = z.infer<typeof AudioTrack>;

/** A track of subtitles. */
export const SubtitleTrack = z.object({
  streamIndex: z.number().int(),
  codec: z.string(),
  /** Whether it holds text, which can be carried on, or pictures of text. */
  kind: z.enum(['text', 'image']),
  language: z.string().optional(),
  title: z.string().optional(),
  isDefault: z.boolean(),
  isForced: z.boolean(),
});
export type SubtitleTrack = z.infer<typeof SubtitleTrack>;

/** What a source is: the probe's result, recorded in the job's events. */
export const SourceMeta = z.object({
  container: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  durationSeconds: z.number(),
  /** Container start on its own clock; what `-ss` counts from. */
  startSeconds: z.number(),
  video: VideoTrack.optional(),
  audio: z.array(AudioTrack),
  subtitles: z.array(SubtitleTrack).default([]),
  /** Tracks that the job does not carry on, for warnings. */
  otherVideoTracks: z.number().int().nonnegative(),
  undecodableAudioTracks: z.number().int().nonnegative(),
});
export type SourceMeta = z.infer<typeof SourceMeta>;

/**
 * When each frame of the video track is shown, in order of presentation, on the track's own clock. Large: it lives in
 * the object store, never in a history.
 */
export const FrameTable = z.object({
  timeBase: Rational,
  /** Presentation times in units of `timeBase`, strictly increasing. */
  pts: z.array(z.number().int()),
  /** Indexes into `pts` of the frames where decoding can begin. */
  keyframes: z.array(z.number().int()),
  /** How long the last frame is shown, in units of `timeBase`. */
  lastDurationPts: z.number().int().positive(),
});
export type FrameTable = z.infer<typeof FrameTable>;
