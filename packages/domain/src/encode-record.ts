import { z } from 'zod';
import { EncodeLimits } from './limits.ts';

/** A media segment that lies in the store, as measured on its bytes. */
export const StoredSegment = z.object({
  index: z.number().int().nonnegative(),
  /** Path inside the output tree. */
  path: z.string(),
  sizeBytes: z.number().int().positive(),
  sha256: z.string().length(64),
  samples: z.number().int().positive(),
  /** First presentation time and length on the rendition's timescale, without the presentation origin. */
  startTicks: z.number().int(),
  durationTicks: z.number().int().positive(),
});
export type StoredSegment = z.infer<typeof StoredSegment>;

/** What one unit of work gave for one rendition. */
export const EncodedRendition = z.object({
  name: z.string(),
  timescale: z.number().int().positive(),
  init: z.object({ path: z.string(), sizeBytes: z.number().int().positive(), sha256: z.string().length(64) }),
  /** The quality that kept it under its ceiling, where it was encoded again for that. */
  crf: z.number().int().optional(),
  segments: z.array(StoredSegment).min(1),
});
export type EncodedRendition = z.infer<typeof EncodedRendition>;

/** What the encoders of an attempt used, as the kernel counted or as sampled. */
export const AttemptUsage = z.object({
  cpuSeconds: z.number().nonnegative(),
  /** Most memory at a time, in bytes, without the page cache. */
  peakMemoryBytes: z.number().int().nonnegative(),
  peakDiskBytes: z.number().int().nonnegative(),
});
export type AttemptUsage = z.infer<typeof AttemptUsage>;

/** Bytes of the source that came over the network for an attempt; absent where it was read in place. */
const FetchedBytes = z.number().int().nonnegative();

/** How an attempt ended, as far as its worker lived to tell. */
export const AttemptOutcome = z.object({
  endedAt: z.number().int(),
  result: z.enum(['committed', 'duplicate', 'failed', 'cancelled']),
  /** Failure code and evidence, where it failed. */
  code: z.string().optional(),
  message: z.string().optional(),
  evidence: z.record(z.string(), z.unknown()).optional(),
  usage: AttemptUsage.optional(),
  fetchedBytes: FetchedBytes.optional(),
});
export type AttemptOutcome = z.infer<typeof AttemptOutcome>;

/** Written before an encoder starts, and once more when it has ended. An attempt without an outcome lost its worker. */
export const AttemptRecord = z.object({
  jobId: z.string(),
  unit: z.string(),
  generation: z.number().int().nonnegative(),
  attemptId: z.string(),
  temporalAttempt: z.number().int().positive(),
  /** Which scheduling of the unit this was: the workflow schedules it again after an encoder fault. */
  activityId: z.string().optional(),
  workerId: z.string(),
  host: z.string(),
  encoderBuild: z.string(),
  argv: z.array(z.string()),
  limits: EncodeLimits.optional(),
  /** Milliseconds since the epoch. */
  startedAt: z.number().int(),
  outcome: AttemptOutcome.optional(),
});
export type AttemptRecord = z.infer<typeof AttemptRecord>;

/** The one commit of a unit of work: put conditionally, so that only the first finisher counts. */
export const CommitRecord = z.object({
  jobId: z.string(),
  unit: z.string(),
  generation: z.number().int().nonnegative(),
  attemptId: z.string(),
  temporalAttempt: z.number().int().positive(),
  workerId: z.string(),
  encoderBuild: z.string(),
  startedAt: z.number().int(),
  endedAt: z.number().int(),
  frames: z.number().int().nonnegative(),
  renditions: z.array(EncodedRendition).min(1),
  usage: AttemptUsage.optional(),
  fetchedBytes: FetchedBytes.optional(),
});
export type CommitRecord = z.infer<typeof CommitRecord>;

/** A track of text that lies in the output tree. */
export const SubtitleRecord = z.object({
  rendition: z.string(),
  /** Path inside the output tree. */
  path: z.string(),
  sizeBytes: z.number().int().positive(),
  sha256: z.string().length(64),
  cues: z.number().int().positive(),
  /** Until the end of the picture, or of the last text, whichever is later. */
  durationSeconds: z.number().positive(),
});
export type SubtitleRecord = z.infer<typeof SubtitleRecord>;

/** What the workflow learns of a finished unit: small, whatever the unit holds. */
export const UnitResult = z.object({
  unit: z.string(),
  temporalAttempt: z.number().int().positive(),
  workerId: z.string(),
  frames: z.number().int().nonnegative(),
  encodeSeconds: z.number().nonnegative(),
  mediaSeconds: z.number().nonnegative(),
  sizeBytes: z.number().int().nonnegative(),
  /** Processor time and most memory of the encoders, where they were measured. */
  cpuSeconds: z.number().nonnegative().optional(),
  peakMemoryBytes: z.number().int().nonnegative().optional(),
  fetchedBytes: FetchedBytes.optional(),
});
export type UnitResult = z.infer<typeof UnitResult>;

/** Sums a commit record up for the workflow. */
export function summarise(record: CommitRecord): UnitResult {
  const segments = record.renditions.flatMap((rendition) => rendition.segments);
  const first = record.renditions[0];
  return {
    unit: record.unit,
    temporalAttempt: record.temporalAttempt,
    workerId: record.workerId,
    frames: record.frames,
    encodeSeconds: (record.endedAt - record.startedAt) / 1000,
    mediaSeconds:
      first === undefined
        ? 0
        : first.segments.reduce((sum, segment) => sum + segment.durationTicks, 0) / first.timescale,
    sizeBytes: segments.reduce((sum, segment) => sum + segment.sizeBytes, 0),
    ...(record.usage === undefined
      ? {}
      : { cpuSeconds: record.usage.cpuSeconds, peakMemoryBytes: record.usage.peakMemoryBytes }),
    ...(record.fetchedBytes === undefined ? {} : { fetchedBytes: record.fetchedBytes }),
  };
}
