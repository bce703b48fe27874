import {
  CodedError,
  type JobEvent,
  type JobState,
  type LiveUnit,
  type NewEvent,
  type RecordedEvent,
} from '@framefold/domain';
import { sql, type Kysely } from 'kysely';
import { appendEvents } from './append-events.ts';
import type { Catalogue, CatalogueJob, CatalogueListener, JobFilter, JobPage } from './catalogue.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { json, type CatalogueSchema } from './schema.ts';
import { storableText } from './storable-text.ts';

/** The catalogue in PostgreSQL, in-process or on a server. Expects its tables to be there. */
export class SqlCatalogue implements Catalogue {
  readonly #db: Kysely<CatalogueSchema>;
  readonly #listener: CatalogueListener;
  readonly #onClosed: () => void;
  #closing: Promise<void> | undefined;

  /**
   * @param onClosed called when the database has been given back
   */
  constructor(db: Kysely<CatalogueSchema>, listener: CatalogueListener, onClosed: () => void) {
    this.#db = db;
    this.#listener = listener;
    this.#onClosed = onClosed;
  }

  async append(events: readonly NewEvent[]): Promise<void> {
    for (const { recorded, refused, job } of await guarded(() => appendEvents(this.#db, events))) {
      this.#listener.onRecorded?.(recorded, job);
      refused.forEach((event) => this.#listener.onRefused?.(event));
    }
  }

  async events(jobId: string, afterPosition = -1): Promise<readonly RecordedEvent[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('events')
        .selectAll()
        .where('job_id', '=', jobId)
        .where('position', '>', afterPosition)
        .orderBy('position')
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
    const row = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select(['fold', 'live'])
        .where('job_id', '=', jobId)
        .where('created_at', 'is not', null)
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : { jobId, job: row.fold, live: row.live };
  }

  async list({ status, userId, label, cursor, limit }: JobFilter): Promise<JobPage> {
    const after = cursor === undefined ? undefined : fromCursor(cursor);
    const rows = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select(['job_id', 'fold', 'live'])
        .select(sql<number>`created_at`.as('created_at'))
        .where('created_at', 'is not', null)
        .$if(status !== undefined, (query) => query.where('status', 'in', status ?? []))
        .$if(userId !== undefined, (query) => query.where('user_id', '=', storableText(userId ?? '')))
        .$if(label !== undefined, (query) => query.where('labels', '@>', json([label ?? ''])))
        .$if(after !== undefined, (query) =>
          query.where(sql<boolean>`(created_at, job_id) < (${after?.createdAt}, ${after?.jobId})`),
        )
        .orderBy('created_at', 'desc')
        .orderBy('job_id', 'desc')
        // One more than asked for tells whether there is a next page.
        .limit(limit + 1)
        .execute(),
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      jobs: page.map((row) => ({ jobId: row.job_id, job: row.fold, live: row.live })),
      ...(rows.length > limit && last !== undefined
        ? { nextCursor: toCursor({ createdAt: last.created_at, jobId: last.job_id }) }
        : {}),
    };
  }

  async idsInState(state: JobState): Promise<readonly string[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select('job_id')
        .where('status', '=', state)
        .where('created_at', 'is not', null)
        .execute(),
    );
    return rows.map((row) => row.job_id);
  }

  async setLive(jobId: string, live: readonly LiveUnit[]): Promise<void> {
    await guarded(() =>
      this.#db
        .updateTable('jobs')
        .set({ live: json(live) })
        .where('job_id', '=', jobId)
        .execute(),
    );
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

  close(): Promise<void> {
    this.#closing ??= guarded(() => this.#db.destroy()).finally(this.#onClosed);
    return this.#closing;
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError(
      'CATALOGUE_UNAVAILABLE',
      'The catalogue cannot be read or written.',
      { cause: String(error) },
      { cause: error },
    );
  }
}
