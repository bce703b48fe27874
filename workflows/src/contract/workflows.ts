import type { JobState, TranscodeRequest, UnitResult } from '@framefold/domain';
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
export const batchWorkflowId = (jobId: string, firstChunk: number): string => `transcode-${jobId}-chunks-${firstChunk}`;

/** The name of the status query. */
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

/** A contiguous run of a job's chunks, encoded by a child workflow. */
export interface EncodeBatchInput {
  readonly jobId: string;
  readonly request: TranscodeRequest;
  readonly source: SourceRef;
  readonly planKey: string;
  readonly firstChunk: number;
  readonly chunks: number;
  readonly generation: number;
}

export interface EncodeBatchResult {
  readonly chunks: number;
}

export type { UnitResult };
