import type { EncodeLimits, JobQueue, JobState, TranscodeRequest } from '@framefold/domain';
import type { SourceRef } from './activities.ts';

/** Names by which clients start workflows. */
export const WORKFLOW_TYPES = {
  transcodeJob: 'transcodeJob',
  encodeBatch: 'encodeBatch',
  webhookDelivery: 'webhookDelivery',
} as const;

/** The workflow id of a job. */
export const jobWorkflowId = (jobId: string): string => `transcode-${jobId}`;

/** The workflow id of one of a job's batches of chunks. */
export const batchWorkflowId = (jobId: string, firstChunk: number): string =>
  `transcode-${jobId}-chunks-${firstChunk}`;

/** The stream in which a job's own workflow records its events; sequence 0 is JobSubmitted, which the API writes too. */
export const JOB_STREAM = 'job';

/** The stream of one of a job's batches of chunks. */
export const batchStream = (firstChunk: number): string => `chunks-${firstChunk}`;

/**
 * The name of the status query: a JobView as the job's own workflow knows it. For people and tests: clients read the
 * catalogue, which also knows the chunks of batches and what runs at the moment.
 */
export const STATUS_QUERY = 'status';

export interface TranscodeJobInput {
  readonly jobId: string;
  readonly request: TranscodeRequest;
  /** When the API accepted the job, ms since the epoch: the time of its first event. */
  readonly submittedAt: number;
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
export interface EncodeBatchInput {
  readonly jobId: string;
  readonly source: SourceRef;
  readonly planKey: string;
  readonly chunks: ChunkRun;
  readonly generation: number;
  /** Of each attempt at a chunk. */
  readonly limits: EncodeLimits;
  readonly queue: JobQueue;
}

/** Counts only: what each chunk gave is in the job's event log. */
export interface EncodeBatchResult {
  readonly chunks: number;
}
