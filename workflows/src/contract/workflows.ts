import type { EncodeLimits, JobQueue, JobState, TranscodeRequest } from '@framefold/domain';
import type { JobSources, MeasureQualityInput } from './activities.ts';

/** Names by which clients start workflows. */
export const WORKFLOW_TYPES = {
  transcodeJob: 'transcodeJob',
  encodeBatch: 'encodeBatch',
  measureBatch: 'measureBatch',
  webhookDelivery: 'webhookDelivery',
} as const;

/** The workflow id of a job. */
export const jobWorkflowId = (jobId: string): string => `transcode-${jobId}`;

/** What tells the batches of a job apart. */
export interface BatchName {
  readonly firstChunk: number;
  /** Where the batch is of one rendition. */
  readonly rendition?: string;
  /** Above 0 where that rendition is encoded again. */
  readonly generation?: number;
}

/** The stream of one of a job's batches of chunks. */
export const batchStream = ({ firstChunk, rendition, generation = 0 }: BatchName): string =>
  [
    `chunks-${firstChunk}`,
    ...(rendition === undefined ? [] : [`@${rendition}`]),
    ...(generation === 0 ? [] : [`-g${generation}`]),
  ].join('');

/** The workflow id of one of a job's batches of chunks. */
export const batchWorkflowId = (jobId: string, batch: BatchName): string =>
  `transcode-${jobId}-${batchStream(batch)}`;

/** The stream in which a job's own workflow records its events; sequence 0 is JobSubmitted, which the API writes too. */
export const JOB_STREAM = 'job';

/**
 * The name of the status query: a JobView as the job's own workflow knows it. For people and tests: clients read the
 * catalogue, which also knows the chunks of batches and what runs at the moment.
 */
export const STATUS_QUERY = 'status';

/** The workflow id of one of a job's batches of measurements. */
export const measureWorkflowId = (jobId: string, firstChunk: number): string =>
  `transcode-${jobId}-quality-${firstChunk}`;

export interface TranscodeJobInput {
  readonly jobId: string;
  readonly request: TranscodeRequest;
  /** When the API accepted the job, ms since the epoch: the time of its first event. */
  readonly submittedAt: number;
  /** How long nobody may serve the GPU queue before its renditions are encoded in software; 60 s where not given. */
  readonly gpuPatienceSeconds?: number;
}

export interface TranscodeJobResult {
  readonly jobId: string;
  readonly status: JobState;
}

/** A contiguous run of a job's chunks. */
export interface ChunkRun {
  readonly firstChunk: number;
  /** Frames of each chunk of the run, in order. */
  readonly chunkFrames: readonly number[];
  /** Frames of the job before the run. */
  readonly framesBefore: number;
}

/** Chunks of a job that a child workflow encodes. */
export interface EncodeBatchInput extends JobSources {
  readonly jobId: string;
  readonly planKey: string;
  readonly chunks: ChunkRun;
  readonly generation: number;
  /** Whether each chunk has a piece of the source by itself. */
  readonly sliced?: boolean;
  /** The only rendition to encode; absent: all of them together. */
  readonly rendition?: string;
  /** Whether that is encoded in software; otherwise by its hardware encoder, on the GPU queue. */
  readonly software?: boolean;
  /** Of each attempt at a chunk. */
  readonly limits: EncodeLimits;
  readonly queue: JobQueue;
}

/** Chunks of a job that are compared with the source. */
export interface MeasureBatchInput extends Omit<MeasureQualityInput, 'chunkIndex'> {
  readonly chunks: ChunkRun;
  readonly queue: JobQueue;
}

/** Counts only: what each chunk gave is in the job's event log. */
export interface EncodeBatchResult {
  readonly chunks: number;
}
