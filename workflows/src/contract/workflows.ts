import type { EncodeLimits, JobEvent, JobQueue, JobState, TranscodeRequest } from '@framefold/domain';
import type { JobSources, MeasureQualityInput } from './activities.ts';

/** Names by which clients start workflows. */
export const WORKFLOW_TYPES = {
  transcodeJob: 'transcodeJob',
  encodeBatch: 'encodeBatch',
  measureBatch: 'measureBatch',
  transcodeBatch: 'transcodeBatch',
  webhookDelivery: 'webhookDelivery',
  discardLater: 'discardLater',
  dryRun: 'dryRun',
} as const;

/** The workflow id of a job. */
export const jobWorkflowId = (jobId: string): string => `transcode-${jobId}`;

/** The workflow id of many jobs that were submitted together. */
export const transcodeBatchWorkflowId = (batchId: string): string => `batch-${batchId}`;

/** Many jobs by one manifest, which lies in the store. */
export interface TranscodeBatchInput {
  readonly batchId: string;
  /** How many jobs the manifest has. */
  readonly jobs: number;
}

/** What tells the batches of a job apart. */
export interface BatchName {
  readonly firstChunk: number;
  /** Where the batch is of one rendition. */
  readonly rendition?: string;
  /** Above 0 where that rendition is encoded again. */
  readonly generation?: number;
  /** Above 0 where the job is run again. */
  readonly run?: number;
}

/** The stream of one of a job's batches of chunks. */
export const batchStream = ({ firstChunk, rendition, generation = 0, run = 0 }: BatchName): string =>
  [
    `chunks-${firstChunk}`,
    ...(rendition === undefined ? [] : [`@${rendition}`]),
    ...(generation === 0 ? [] : [`-g${generation}`]),
    ...(run === 0 ? [] : [`-r${run}`]),
  ].join('');

/** The workflow id of one of a job's batches of chunks. */
export const batchWorkflowId = (jobId: string, batch: BatchName): string =>
  `transcode-${jobId}-${batchStream(batch)}`;

/**
 * The stream in which a job's own workflow records its events; sequence 0 is JobSubmitted, which the API writes too.
 *
 * @param run how often the job was run before
 */
export const jobStream = (run = 0): string => (run === 0 ? 'job' : `job-r${run}`);

/** The stream of what the API records of a job in the place of its workflow, which is gone. */
export const API_STREAM = 'api';

/** The workflow id of what removes the pieces of a failed run when nobody has asked for another one. */
export const discardWorkflowId = (jobId: string, run = 0): string => `discard-${jobId}-${run}`;

/**
 * The name of the status query: a JobView as the job's own workflow knows it. For people and tests: clients read the
 * catalogue, which also knows the chunks of batches and what runs at the moment.
 */
export const STATUS_QUERY = 'status';

/** The workflow id of one of a job's batches of measurements. */
export const measureWorkflowId = (jobId: string, firstChunk: number): string =>
  `transcode-${jobId}-quality-${firstChunk}`;

/** The workflow id of a run of a webhook's delivery. */
export const deliveryWorkflowId = ({ deliveryId, run }: WebhookDelivery): string =>
  `webhook-${deliveryId}${run === 0 ? '' : `-again-${run}`}`;

/** A run of a webhook's delivery; what is sent, and where to, is in the catalogue. */
export interface WebhookDelivery {
  readonly deliveryId: string;
  /** 0 for the first; raised each time that it is sent again. */
  readonly run: number;
}

export interface TranscodeJobInput {
  readonly jobId: string;
  readonly request: TranscodeRequest;
  /** Whose job it is; absent in jobs of a version that knew no tenants. */
  readonly tenantId?: string;
  /** When the API accepted the job, ms since the epoch: the time of its first event. */
  readonly submittedAt: number;
  /** The batch that it came with. */
  readonly batchId?: string;
  /** How long nobody may serve the GPU queue before its renditions are encoded in software; 60 s where not given. */
  readonly gpuPatienceSeconds?: number;
  /** How often the job was run before; its finished pieces are found again. Absent: never. */
  readonly run?: number;
  /** The priority that it was given in a former run; its request's where not given. */
  readonly priority?: number;
  /** The last generation of each video rendition that was ordered anew in former runs. */
  readonly redone?: Readonly<Record<string, number>>;
  /** How long the finished pieces of a job that failed are kept for another run; 72 h where not given. */
  readonly keepFailedHours?: number;
}

/** The workflow id of a dry run. */
export const dryRunWorkflowId = (id: string): string => `dry-run-${id}`;

/** How long a dry run may take, in ms; the source of a job may take longer. */
export const DRY_RUN_LIMIT_MS = 600_000;

/** A request that is to be planned and not carried out. */
export interface DryRunInput {
  /** What its objects in the store lie under, as those of a job under its id. */
  readonly id: string;
  readonly request: TranscodeRequest;
}

/** The log that a job of this request would begin with: up to its plan, or its failure. */
export interface DryRunResult {
  readonly log: readonly JobEvent[];
}

/** What is to be removed of a job, and when. */
export interface DiscardLaterInput {
  readonly jobId: string;
  readonly afterHours: number;
}

/** The first event of a run of a job: the same, whether its workflow writes it or whoever started that. */
export function submission({
  request,
  submittedAt,
  tenantId,
  batchId,
}: TranscodeJobInput): Extract<JobEvent, { type: 'JobSubmitted' }> {
  const data = {
    request,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(batchId === undefined ? {} : { batchId }),
  };
  return { type: 'JobSubmitted', at: submittedAt, data };
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
  /** How often the job was run before; absent: never. */
  readonly run?: number;
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
