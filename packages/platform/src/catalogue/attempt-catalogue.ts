import type { AttemptRecord } from '@framefold/domain';

/** Which attempts of a job to list. */
export interface AttemptFilter {
  readonly jobId: string;
  readonly unit?: string | undefined;
  /** Opaque, from a former page. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A page of attempts. */
export interface AttemptPage {
  readonly attempts: readonly AttemptRecord[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/**
 * The attempts at the units of jobs: copies of the records in the store, from which they are restored. Failures are
 * CodedErrors with CATALOGUE_UNAVAILABLE.
 */
export interface AttemptCatalogue {
  /** Adds attempts; of one that is there, its end is added. */
  put(records: readonly AttemptRecord[]): Promise<void>;
  /** The attempts of a job whose end is there, as `unit/attemptId`: nothing more will be heard of them. */
  ended(jobId: string): Promise<ReadonlySet<string>>;
  /** In order of their start. */
  list(filter: AttemptFilter): Promise<AttemptPage>;
}
