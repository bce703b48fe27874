import { z } from 'zod';
import { UnitResult } from './encode-record.ts';
import { JobFailure, Warning } from './failure.ts';
import { VideoRendition } from './ladder.ts';
import { EncodeLimits } from './limits.ts';
import { AudioRendition, SubtitleRendition } from './plan.ts';
import { SourceMeta } from './probe.ts';
import { Quality } from './quality.ts';
import { TranscodeRequest } from './request.ts';
import { TenantId } from './tenant.ts';

/** A finished rendition as measured on its segments. */
export const MeasuredRendition = z.object({
  name: z.string(),
  kind: z.enum(['video', 'audio', 'subtitles']),
  playlist: z.string(),
  codecs: z.string(),
  segments: z.number().int().positive(),
  samples: z.number().int().positive(),
  durationSeconds: z.number().positive(),
  sizeBytes: z.number().int().positive(),
  /** Highest and mean bit rate over segments, in bit/s. */
  peakBitsPerSecond: z.number().int().positive(),
  averageBitsPerSecond: z.number().int().positive(),
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  frameRate: z.number().positive().optional(),
  /** Presentation time of the first sample relative to the presentation origin, in seconds (audio priming is negative). */
  startSeconds: z.number(),
  /** How like its source it is, where that was asked for. */
  quality: Quality.optional(),
});
export type MeasuredRendition = z.infer<typeof MeasuredRendition>;

/** What a finished job leaves in the store. */
export const JobOutput = z.object({
  /** Key of the folder of the finished tree in the object store. */
  folderKey: z.string(),
  master: z.string(),
  files: z.number().int().positive(),
  sizeBytes: z.number().int().positive(),
  durationSeconds: z.number().positive(),
});
export type JobOutput = z.infer<typeof JobOutput>;

/** A source where the workers read it. */
const IngestedSource = z.object({
  uri: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  inPlace: z.boolean(),
});
export type IngestedSource = z.infer<typeof IngestedSource>;

const payloads = {
  JobSubmitted: z.object({
    request: TranscodeRequest,
    /** Whose job it is; absent in logs that knew no tenants: the default one's. */
    tenantId: TenantId.optional(),
    /** The batch that it came with. */
    batchId: z.string().optional(),
  }),
  ProbingStarted: z.object({}),
  SourceIngested: IngestedSource.extend({
    /** The sources behind the first, in their order. */
    appended: z.array(IngestedSource).default([]),
  }),
  SourceProbed: z.object({ source: SourceMeta, appended: z.array(SourceMeta).default([]) }),
  SplittingStarted: z.object({}),
  PlanFrozen: z.object({
    planVersion: z.number().int(),
    planKey: z.string(),
    renditions: z.array(VideoRendition),
    audio: z.array(AudioRendition),
    subtitles: z.array(SubtitleRendition).default([]),
    segments: z.number().int().nonnegative(),
    /** Frames and segments of each chunk, by index. */
    chunks: z.array(z.object({ frames: z.number().int().positive(), segments: z.number().int().positive() })),
    frames: z.number().int().nonnegative(),
    durationSeconds: z.number().positive(),
    /** Of each encode attempt. */
    limits: EncodeLimits.optional(),
  }),
  SourceSplit: z.object({ mode: z.enum(['in-place', 'slices']) }),
  TranscodingStarted: z.object({}),
  ChunkEncoded: z.object({
    chunkIndex: z.number().int().nonnegative(),
    result: UnitResult,
    /** Absent where the chunk was encoded at all renditions together. */
    rendition: z.string().optional(),
  }),
  AudioEncoded: z.object({ rendition: z.string(), result: UnitResult }),
  /** The chunks of a rendition so far do not count: all of them are encoded again, by another encoder. */
  RenditionRestarted: z.object({
    rendition: z.string(),
    generation: z.number().int().positive(),
    encoder: z.string(),
  }),
  MergingStarted: z.object({}),
  RenditionMerged: z.object({ rendition: MeasuredRendition }),
  WarningRaised: z.object({ warning: Warning }),
  /** Nothing more of the job is begun until it is resumed; what runs ends in order. */
  JobPaused: z.object({}),
  JobResumed: z.object({}),
  PriorityChanged: z.object({ priority: z.number().int().min(1).max(9) }),
  JobCompleted: z.object({ output: JobOutput }),
  JobFailed: z.object({ failure: JobFailure }),
  JobCancelled: z.object({ reason: z.string() }),
} as const;

type EventOf<K extends string, P extends z.ZodType> = z.ZodObject<{
  type: z.ZodLiteral<K>;
  at: z.ZodNumber;
  data: P;
}>;
const eventOf = <K extends string, P extends z.ZodType>(type: K, data: P): EventOf<K, P> =>
  z.object({ type: z.literal(type), at: z.number().int().describe('Milliseconds since the epoch'), data });

/** The schema of each event by its type; kept equal to proto/framefold/v1/events.proto by a test. */
export const EVENT_PAYLOADS = payloads;

/** Everything that can happen to a job. The log of these is the job; every view is a fold of it. */
export const JobEvent = z.discriminatedUnion('type', [
  eventOf('JobSubmitted', payloads.JobSubmitted),
  eventOf('ProbingStarted', payloads.ProbingStarted),
  eventOf('SourceIngested', payloads.SourceIngested),
  eventOf('SourceProbed', payloads.SourceProbed),
  eventOf('SplittingStarted', payloads.SplittingStarted),
  eventOf('PlanFrozen', payloads.PlanFrozen),
  eventOf('SourceSplit', payloads.SourceSplit),
  eventOf('TranscodingStarted', payloads.TranscodingStarted),
  eventOf('ChunkEncoded', payloads.ChunkEncoded),
  eventOf('AudioEncoded', payloads.AudioEncoded),
  eventOf('RenditionRestarted', payloads.RenditionRestarted),
  eventOf('MergingStarted', payloads.MergingStarted),
  eventOf('RenditionMerged', payloads.RenditionMerged),
  eventOf('WarningRaised', payloads.WarningRaised),
  eventOf('JobPaused', payloads.JobPaused),
  eventOf('JobResumed', payloads.JobResumed),
  eventOf('PriorityChanged', payloads.PriorityChanged),
  eventOf('JobCompleted', payloads.JobCompleted),
  eventOf('JobFailed', payloads.JobFailed),
  eventOf('JobCancelled', payloads.JobCancelled),
]);
export type JobEvent = z.infer<typeof JobEvent>;
export type JobEventType = JobEvent['type'];
export type JobEventData<K extends JobEventType> = Extract<JobEvent, { type: K }>['data'];

/**
 * An event in the log. `stream` and `sequence` are its identity (a job's child workflows number their own streams), so
 * that recording it twice changes nothing; `position` is its place in the job's log, given by the catalogue.
 */
export const RecordedEvent = z.object({
  jobId: z.string(),
  stream: z.string(),
  sequence: z.number().int().nonnegative(),
  position: z.number().int().nonnegative(),
  event: JobEvent,
});
export type RecordedEvent = z.infer<typeof RecordedEvent>;

/** An event before the catalogue has given it a position. */
export type NewEvent = Omit<RecordedEvent, 'position'>;
