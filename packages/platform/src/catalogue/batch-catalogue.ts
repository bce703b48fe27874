import type { Batch, BatchFailure, BatchTally } from '@framefold/domain';

/** A batch with what its jobs come to. */
export interface CatalogueBatch {
  readonly batch: Batch;
  readonly tally: BatchTally;
}

/** Which batches to list. */
export interface BatchFilter {
  readonly tenantId: string;
  readonly label?: string;
  /** Opaque, from a former page. */
  readonly cursor?: string;
  readonly limit: number;
}

/** A page of batches. */
export interface BatchPage {
  readonly batches: readonly CatalogueBatch[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/**
 * The batches of a catalogue. Which jobs belong to one is in the jobs' own logs. Failures are CodedErrors with
 * CATALOGUE_UNAVAILABLE.
 */
export interface BatchCatalogue {
  /** Adds a batch; one that is known is left as it is. */
  add(batch: Batch): Promise<void>;
  /** Notes that somebody asked for a batch's end, at `at` in ms since the epoch: the first time, and while it runs. */
  markCancelled(batchId: string, at: number): Promise<void>;
  /**
   * Notes that a batch's last job had ended at `at`, in ms since the epoch, and whether it was cancelled: the first time.
   * Where it was not, a cancellation that was asked for came too late and is forgotten.
   */
  markEnded(batchId: string, at: number, cancelled: boolean): Promise<void>;
  get(batchId: string): Promise<CatalogueBatch | undefined>;
  /** The newest failed jobs of a batch. */
  failures(batchId: string, limit: number): Promise<readonly BatchFailure[]>;
  /** Which of these jobs have ended. */
  ended(jobIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Newest first.
   *
   * @throws {BadCursorError}
   */
  list(filter: BatchFilter): Promise<BatchPage>;
}
