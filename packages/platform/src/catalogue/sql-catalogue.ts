import {
  hasEnded,
  JOB_STATES,
  type JobEvent,
  type JobState,
  type LiveUnit,
  type NewEvent,
  type RecordedEvent,
} from '@framefold/domain';
import { sql, type Kysely } from 'kysely';
import type { AccessStore } from '../access/access-store.ts';
import { SqlAccessStore } from '../access/sql-access-store.ts';
import { SqlDeliveries } from '../webhooks/sql-deliveries.ts';
import { SqlWebhookSecrets } from '../webhooks/sql-webhook-secrets.ts';
import { appendEvents, restoreLog } from './append-events.ts';
import type { AttemptCatalogue } from './attempt-catalogue.ts';
import type { BatchCatalogue } from './batch-catalogue.ts';
import type { CatalogueJob, CatalogueListener, JobFilter, JobPage, OpenCatalogue } from './catalogue.ts';
import { guarded } from './guarded.ts';
import { JobReader } from './job-reader.ts';
import { listJobs } from './list-jobs.ts';
import type { CatalogueSchema } from './schema.ts';
import { setLive } from './set-live.ts';
import { SqlAttempts } from './sql-attempts.ts';
import { SqlBatches } from './sql-batches.ts';

const ENDED = JOB_STATES.filter(hasEnded);

/** The catalogue in PostgreSQL, in-process or on a server. Expects its tables to be there. */
export class SqlCatalogue implements OpenCatalogue {
  readonly access: AccessStore;
  readonly deliveries: SqlDeliveries;
  readonly webhookSecrets: SqlWebhookSecrets;
  readonly #db: Kysely<CatalogueSchema>;
  readonly #listener: CatalogueListener;
  readonly #onClosed: () => void;
  readonly #jobs: JobReader;
  readonly batches: BatchCatalogue;
  readonly attempts: AttemptCatalogue;
  #closing: Promise<void> | undefined;

  /**
   * @param release given where no other process writes to the database; called when it has been given back
   */
  constructor(db: Kysely<CatalogueSchema>, listener: CatalogueListener, release?: () => void) {
    this.#db = db;
    this.access = new SqlAccessStore(db);
    this.deliveries = new SqlDeliveries(db);
    this.webhookSecrets = new SqlWebhookSecrets(db);
    this.#listener = listener;
    this.#onClosed = release ?? (() => undefined);
    this.#jobs = new JobReader(db, release !== undefined);
    this.batches = new SqlBatches(db);
    this.attempts = new SqlAttempts(db);
  }

  async append(events: readonly NewEvent[]): Promise<void> {
    const { deliveriesOf } = this.#listener;
    const appended = guarded(() => appendEvents(this.#db, events, deliveriesOf)).finally(() => {
      for (const jobId of new Set(events.map((event) => event.jobId))) this.#jobs.changed(jobId);
    });
    for (const { recorded, refused, job } of await appended) {
      this.#listener.onRecorded?.(recorded, job);
      refused.forEach((event) => this.#listener.onRefused?.(event));
    }
  }

  async events(jobId: string, afterPosition = -1, limit?: number): Promise<readonly RecordedEvent[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('events')
        .selectAll()
        .where('job_id', '=', jobId)
        .where('position', '>', afterPosition)
        .orderBy('position')
        .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
        .execute(),
    );
    return rows.map(({ position, stream, sequence, type, at, data }) => ({
      jobId,
      stream,
      sequence,
      position,
      event: { type, at, data } as JobEvent,
    }));
  }

  async job(jobId: string): Promise<CatalogueJob | undefined> {
    return await guarded(() => this.#jobs.read(jobId));
  }

  async tenantOf(jobId: string): Promise<string | undefined> {
    const row = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select('tenant_id')
        .where('job_id', '=', jobId)
        .where('created_at', 'is not', null)
        .executeTakeFirst(),
    );
    return row?.tenant_id;
  }

  list(filter: JobFilter): Promise<JobPage> {
    return guarded(async () => await listJobs(this.#db, filter));
  }

  async idsInStates(states: readonly JobState[]): Promise<readonly string[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select('job_id')
        .where('status', 'in', states)
        .where('created_at', 'is not', null)
        .execute(),
    );
    return rows.map((row) => row.job_id);
  }

  async unended(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select('job_id as id')
        .where(sql<boolean>`job_id = any(${[...ids]}::text[])`)
        .where('status', 'not in', ENDED)
        .where('created_at', 'is not', null)
        .unionAll(
          this.#db
            .selectFrom('batches')
            .select('batch_id as id')
            .where(sql<boolean>`batch_id = any(${[...ids]}::text[])`)
            .where('ended_at', 'is', null)
            .where('cancelled_at', 'is', null),
        )
        .execute(),
    );
    return new Set(rows.map(({ id }) => id));
  }

  async setLive(jobId: string, live: readonly LiveUnit[]): Promise<void> {
    await guarded(() => setLive(this.#db, jobId, live)).finally(() => this.#jobs.changed(jobId));
  }

  async claimKey(
    key: string,
    jobId: string,
    requestHash: string,
  ): Promise<{ jobId: string; requestHash: string }> {
    const row = await guarded(async () => {
      await this.#db
        .insertInto('idempotency_keys')
        .values({ key, job_id: jobId, request_hash: requestHash, created_at: Date.now() })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
      return await this.#db
        .selectFrom('idempotency_keys')
        .select(['job_id', 'request_hash'])
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
    });
    return { jobId: row.job_id, requestHash: row.request_hash };
  }

  async restore(jobId: string, log: readonly NewEvent[]): Promise<void> {
    await guarded(() => restoreLog(this.#db, jobId, log)).finally(() => this.#jobs.changed(jobId));
  }

  close(): Promise<void> {
    this.#closing ??= guarded(() => this.#db.destroy()).finally(this.#onClosed);
    return this.#closing;
  }
}
