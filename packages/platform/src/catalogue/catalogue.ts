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

/** A cursor that no page of this catalogue gave: the client's fault, not the catalogue's. */
export class BadCursorError extends Error {
  override readonly name = 'BadCursorError';
}

/** An event that its job's state does not allow. */
export interface RefusedEvent {
  readonly event: NewEvent;
  readonly reason: string;
}

/** Told of what an append did, once it is committed. */
export interface CatalogueListener {
  /** @param job what the job is after these events */
  readonly onRecorded?: (events: readonly RecordedEvent[], job: JobFold) => void;
  readonly onRefused?: (refused: RefusedEvent) => void;
}

/**
 * The event logs of all jobs and what is folded from them. Written by idempotent calls; read by API and command.
 * Held to one contract suite. Failures are CodedErrors with CATALOGUE_UNAVAILABLE.
 *
 * The log of a job always folds: it begins with JobSubmitted (position 0, whenever that arrived), and an event that is
 * illegal after those before it is refused, not recorded, and reported to whoever opened the catalogue. A job is seen
 * by reads once it has been submitted.
 */
export interface Catalogue {
  /**
   * Appends events, each once: those whose (job, stream, sequence) is known are passed over. The job's projection is
   * brought up to date in the same transaction.
   */
  append(events: readonly NewEvent[]): Promise<void>;
  /** The log in order of positions, after `afterPosition` if given; empty for an unknown job. */
  events(jobId: string, afterPosition?: number): Promise<readonly RecordedEvent[]>;
  job(jobId: string): Promise<CatalogueJob | undefined>;
  /**
   * Newest first.
   *
   * @throws {BadCursorError}
   */
  list(filter: JobFilter): Promise<JobPage>;
  /** The ids of all jobs in a state; costs nothing of the jobs' size. */
  idsInState(state: JobState): Promise<readonly string[]>;
  /** Replaces what the running encoders of a job last reported; an unknown job is no error. */
  setLive(jobId: string, live: readonly LiveUnit[]): Promise<void>;
  /**
   * Binds an idempotency key to a job, or returns the binding that is there.
   * @returns the job that the key belongs to, and the hash of the request that it was first used with
   */
  claimKey(key: string, jobId: string, requestHash: string): Promise<{ jobId: string; requestHash: string }>;
  /** Gives the database back. Nothing may be called afterwards but this again. */
  close(): Promise<void>;
}
