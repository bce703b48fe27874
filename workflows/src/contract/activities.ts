import type {
  DeliveryState,
  EncodeLimits,
  JobEventData,
  JobOutput,
  MeasuredRendition,
  NewEvent,
  SourceMeta,
  TranscodeRequest,
  UnitResult,
  Warning,
} from '@framefold/domain';

import type { Controls } from './controls.ts';

/** A source as the media activities find it again. */
export interface SourceRef {
  /** `file:` URL of a file read in place, or `store:` and a key. Never a secret. */
  readonly uri: string;
  readonly sizeBytes: number;
  /** Whether it is read where the submitter has it; then it is not Framefold's to delete. */
  readonly inPlace: boolean;
  /** Last change in ms since the epoch, for in-place files: a source that changes under a job fails it. */
  readonly modifiedAt?: number;
  /** Whether Framefold made it itself, so that it may be read without a sandbox. */
  readonly generated?: true;
}

/** Something of each source of a job. */
export interface OfSources<T> {
  readonly source: T;
  /** Of what is shown behind it, in this order; absent: of nothing. */
  readonly appended?: readonly T[];
}

/** What a job is made from. */
export type JobSources = OfSources<SourceRef>;

/** What later steps need of a recorded plan; the plan itself lies in the store. */
export interface PlanRef {
  readonly planKey: string;
  readonly frozen: JobEventData<'PlanFrozen'>;
  readonly warnings: readonly Warning[];
}

export interface EncodeChunkInput extends JobSources {
  readonly jobId: string;
  readonly planKey: string;
  readonly chunkIndex: number;
  /** Raised by a redo; 0 for the first encode. */
  readonly generation: number;
  /** The only rendition to encode, in a unit of its own; absent: all of them together. */
  readonly rendition?: string;
  /** Whether its piece of the source lies in the store by itself. */
  readonly sliced?: boolean;
  /** Whether it is encoded in software whatever encoder the plan gives it. */
  readonly software?: boolean;
  /** Of each attempt. */
  readonly limits: EncodeLimits;
}

export interface MeasureQualityInput extends JobSources {
  readonly jobId: string;
  readonly planKey: string;
  readonly chunkIndex: number;
  /** Of all units but those that `generations` speaks of, as in {@link MergeInput}. */
  readonly generation: number;
  readonly generations?: Readonly<Record<string, number>>;
  /** Whether the chunk's piece of the source lies in the store by itself. */
  readonly sliced?: boolean;
  /** Of each attempt. */
  readonly limits: EncodeLimits;
}

export interface EncodeAudioInput extends JobSources {
  readonly jobId: string;
  readonly planKey: string;
  readonly rendition: string;
  readonly generation: number;
  /** Of each attempt; its time follows from the length of the track. */
  readonly limits: EncodeLimits;
}

export interface ExtractSubtitlesInput extends JobSources {
  readonly jobId: string;
  readonly planKey: string;
  readonly rendition: string;
  readonly generation: number;
}

/** What a track of text gave; without a cue there is no rendition. */
export interface ExtractedSubtitles {
  readonly rendition: string;
  readonly cues: number;
}

export interface MergeInput {
  readonly jobId: string;
  readonly planKey: string;
  /** Of all units but those that `generations` speaks of. */
  readonly generation: number;
  /** Renditions of which each chunk is a unit of its own, with the generation that counts; absent: none. */
  readonly generations?: Readonly<Record<string, number>>;
  /** Renditions of text that there are; absent: none. */
  readonly subtitles?: readonly string[];
  /** Whether all chunks have been measured, so that there is a quality report to write. */
  readonly measured?: boolean;
}

/** What a hardware rendition waits for. */
export interface QueueQuestion {
  readonly taskQueue: string;
  /** The encoder that a worker of the queue must have proved. */
  readonly encoder: string;
}

/** How the activities of a workflow that wait in queues are to be handled. */
export interface QueueControls extends Controls {
  readonly workflowId: string;
}

export interface MergeResult {
  readonly renditions: readonly MeasuredRendition[];
  readonly output: JobOutput;
}

/** Activities of the control queue: they reach the catalogue and the outside world, never media. */
export interface ControlActivities {
  /** Appends events to the job's log. Idempotent by (job, stream, sequence). */
  recordEvents(input: { readonly events: readonly NewEvent[] }): Promise<void>;
  /** Writes events.jsonl and job.json beside the output from the catalogue's log, once it holds the whole run. */
  publishRecord(input: { readonly jobId: string; readonly run?: number }): Promise<void>;
  /** Whether a worker that has proved the encoder takes work of the queue, by what the workers report of themselves. */
  isQueueServed(input: QueueQuestion): Promise<boolean>;
  /** Tells the server which waiting activities of a workflow may be handed out, and how urgent they are. Running ones go on. */
  controlQueued(input: QueueControls): Promise<void>;
  /**
   * Starts jobs of a batch: `count` from the one at `first` on. Each is started once, however often this is called.
   * While a quota of their tenant leaves no room for the next one it fails with BATCH_RUNNING, to be called again.
   */
  submitBatchJobs(input: {
    readonly batchId: string;
    readonly first: number;
    readonly count: number;
  }): Promise<void>;
  /** Returns once every job of the batch has ended; until then it fails with BATCH_RUNNING, to be called again. */
  awaitBatch(input: { readonly batchId: string }): Promise<void>;
  /**
   * Cancels the jobs before the one at `started` that still run; returns when nothing of them runs any more, until then
   * it fails with BATCH_RUNNING, to be called again.
   */
  cancelBatchJobs(input: { readonly batchId: string; readonly started: number }): Promise<void>;
  /** Records the end of a batch, in the catalogue and in the store, and has its webhook sent, if it has one. */
  concludeBatch(input: { readonly batchId: string; readonly cancelled: boolean }): Promise<void>;
  /** Sends a signed webhook once and records what came of it. Idempotent by (delivery, run, attempt), as far as sending can be. */
  attemptDelivery(input: DeliveryAttemptInput): Promise<DeliveryAttemptResult>;
  /** Of jobs that began before the delivery log: hands the webhook of their end over to it. */
  deliverWebhook(input: EarlierWebhookDelivery): Promise<{ readonly status: number }>;
}

export interface DeliveryAttemptInput {
  readonly deliveryId: string;
  /** Of the times that it is sent again; 0 for the first. */
  readonly run: number;
  /** Of this run, from 1. */
  readonly attempt: number;
}

export interface DeliveryAttemptResult {
  /** superseded: it has been sent again, by another workflow. */
  readonly state: DeliveryState | 'superseded';
  /** Until the next attempt; only while it is pending. */
  readonly waitMs?: number;
}

/** A webhook as jobs gave it to its workflow before there was a delivery log. */
export interface EarlierWebhookDelivery {
  readonly jobId: string;
  readonly deliveryId: string;
  readonly url: string;
  readonly event: 'job.completed' | 'job.failed' | 'job.cancelled';
}

/** Activities of the media queue: short work on whole sources and trees. */
export interface MediaActivities {
  ingestSource(input: {
    readonly jobId: string;
    readonly request: TranscodeRequest;
    /** Which of the request's sources; absent: the first. */
    readonly input?: number;
  }): Promise<SourceRef>;
  /** Measures a source; writes the frame table to the store. */
  probeSource(input: {
    readonly jobId: string;
    readonly source: SourceRef;
    /** Which of the job's sources it is; absent: the first. */
    readonly input?: number;
  }): Promise<SourceMeta>;
  /** Makes the plan and writes it to the store. */
  planJob(
    input: OfSources<SourceMeta> & { readonly jobId: string; readonly request: TranscodeRequest },
  ): Promise<PlanRef>;
  /** Makes the pieces of the sources that chunks read. With a local store they read them in place. */
  splitSource(
    input: JobSources & { readonly jobId: string; readonly planKey?: string },
  ): Promise<{ readonly mode: 'in-place' | 'slices' }>;
  encodeAudio(input: EncodeAudioInput): Promise<UnitResult>;
  /** Writes a track of text into the output tree. */
  extractSubtitles(input: ExtractSubtitlesInput): Promise<ExtractedSubtitles>;
  /** Checks that everything joins exactly, then writes playlists, checksums and reports. No media is rewritten. */
  mergeOutput(input: MergeInput): Promise<MergeResult>;
  /** Removes what a job no longer needs: `all` but the event log and the records of attempts after a failure, `source` after success. */
  discard(input: { readonly jobId: string; readonly what: 'all' | 'source' }): Promise<void>;
}

/** Activities of the encode queues. */
export interface EncodeActivities {
  encodeChunk(input: EncodeChunkInput): Promise<UnitResult>;
  /** Compares all renditions of a chunk with the source; what it finds goes into a record of the chunk's own. */
  measureQuality(input: MeasureQualityInput): Promise<void>;
}
