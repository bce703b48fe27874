import type { JobFold, JobState, LiveUnit, NewEvent, RecordedEvent } from '@framefold/domain';

export interface CatalogueJob {
  readonly jobId: string;
  readonly job: JobFold;
  readonly live: readonly LiveUnit[];
}

export interface JobFilter {
  readonly status?: readonly JobState[];
  readonly userId?: string;
  readonly label?: string;
  /** Opaque, from a former page. */
  readonly cursor?: string;
  readonly limit: number;
}

export interface JobPage {
  readonly jobs: readonly CatalogueJob[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/**
 * The event logs of all jobs and what is folded from them. Written by idempotent calls; read by API and command.
 * Failures are CodedErrors with CATALOGUE_UNAVAILABLE.
 */
export interface Catalogue {
  /**
   * Appends events, each once: those whose (job, stream, sequence) is known are passed over. The job's projection is
   * brought up to date in the same transaction.
   */
  append(events: readonly NewEvent[]): Promise<void>;
  events(jobId: string, afterPosition?: number): Promise<readonly RecordedEvent[]>;
  job(jobId: string): Promise<CatalogueJob | undefined>;
  /** Newest first. */
  list(filter: JobFilter): Promise<JobPage>;
  /** Replaces what the running encoders of a job last reported. */
  setLive(jobId: string, live: readonly LiveUnit[]): Promise<void>;
  /**
   * Binds an idempotency key to a job, or returns the binding that is there.
   * @returns the job that the key belongs to, and the hash of the request that it was first used with
   */
  claimKey(key: string, jobId: string, requestHash: string): Promise<{ jobId: string; requestHash: string }>;
  close(): Promise<void>;
}
