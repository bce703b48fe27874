import type {
  JobChange,
  JobFold,
  JobState,
  JobSummary,
  LiveUnit,
  NewDelivery,
  NewEvent,
  RecordedEvent,
} from '@framefold/domain';
import type { AccessStore } from '../access/access-store.ts';
import type { Deliveries } from '../webhooks/deliveries.ts';
import type { WebhookSecrets } from '../webhooks/webhook-secrets.ts';
import type { AttemptCatalogue } from './attempt-catalogue.ts';
import type { BatchCatalogue } from './batch-catalogue.ts';

export interface CatalogueJob {
  readonly jobId: string;
  readonly job: JobFold;
  /** What ran of it at the last look; undefined where there was none yet, and where the job has ended. */
  readonly live: readonly LiveUnit[] | undefined;
}

export interface JobFilter {
  /** Absent: of all tenants. */
  readonly tenantId?: string;
  readonly status?: readonly JobState[];
  readonly userId?: string;
  readonly label?: string;
  readonly batchId?: string;
  /** Submitted at this time or later, ms since the epoch. */
  readonly createdAfter?: number;
  /** Submitted before this time, ms since the epoch. */
  readonly createdBefore?: number;
  /** Opaque, from a former page. */
  readonly cursor?: string;
  readonly limit: number;
}

export interface JobPage {
  readonly jobs: readonly JobSummary[];
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

/** Asked which webhooks an append gives rise to, and told what it did. */
export interface CatalogueListener {
  /** Must not throw: what it gives is written in the append's transaction. By default no webhooks. */
  readonly deliveriesOf?: (change: JobChange) => readonly NewDelivery[];
  // Those below are called once the append is committed.
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
  readonly deliveries: Deliveries;
  readonly webhookSecrets: WebhookSecrets;
  /**
   * Appends events, each once: those whose (job, stream, sequence) is known are passed over. The job's projection is
   * brought up to date in the same transaction.
   */
  append(events: readonly NewEvent[]): Promise<void>;
  /** The log in order of positions, after `afterPosition` if given, and at most `limit` events; empty for an unknown job. */
  events(jobId: string, afterPosition?: number, limit?: number): Promise<readonly RecordedEvent[]>;
  job(jobId: string): Promise<CatalogueJob | undefined>;
  /** Whose job it is; costs nothing of the job's size. Undefined for an unknown job. */
  tenantOf(jobId: string): Promise<string | undefined>;
  /**
   * Newest first, as of the last event or report of each. Costs nothing of the jobs' size.
   *
   * @throws {BadCursorError}
   */
  list(filter: JobFilter): Promise<JobPage>;
  /** The ids of all jobs in any of these states; costs nothing of the jobs' size. */
  idsInStates(states: readonly JobState[]): Promise<readonly string[]>;
  /**
   * Which of these jobs have been submitted and have not ended, and which of these batches may start jobs yet; costs
   * nothing of their size.
   */
  unended(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Replaces what ran of a job at the last look. A job that is unknown or has ended is no error: it keeps
   * nothing, since nothing of it runs.
   */
  setLive(jobId: string, live: readonly LiveUnit[]): Promise<void>;
  /**
   * Binds an idempotency key to a job or batch, or returns the binding that is there.
   * @returns the job or batch that the key belongs to, and the hash of the request that it was first used with
   */
  claimKey(key: string, jobId: string, requestHash: string): Promise<{ jobId: string; requestHash: string }>;
  /**
   * Puts a job's log in the place of what is there of it, and folds it anew. What is there and not in `log` follows
   * behind it. No webhooks come of it. Sources of a log give it whole but for its newest events.
   *
   * @param log in order; positions are given anew
   */
  restore(jobId: string, log: readonly NewEvent[]): Promise<void>;
  readonly batches: BatchCatalogue;
  readonly attempts: AttemptCatalogue;
  /** Gives the database back. Nothing may be called afterwards but this again. */
  close(): Promise<void>;
}

/** A catalogue with what else lies in its database, which has one owner. */
export interface OpenCatalogue extends Catalogue {
  readonly access: AccessStore;
}
