import {
  CodedError,
  EMPTY_FOLD,
  titleOf,
  type JobEvent,
  type JobState,
  type LiveUnit,
  type NewEvent,
  type RecordedEvent,
} from '@framefold/domain';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Catalogue, CatalogueJob, JobFilter, JobPage } from './catalogue.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { placeEvents, type RefusedEvent } from './place-events.ts';
import { json, type CatalogueSchema } from './schema.ts';

/** The catalogue in PostgreSQL, in-process or on a server. Expects its tables to be there. */
export class SqlCatalogue implements Catalogue {
  readonly #db: Kysely<CatalogueSchema>;
  readonly #onRefused: (refused: RefusedEvent) => void;
  readonly #onClosed: () => void;

  /**
   * @param onRefused told of each event that was not recorded because its job's state does not allow it
   * @param onClosed called when the database has been given back
   */
  constructor(db: Kysely<CatalogueSchema>, onRefused: (refused: RefusedEvent) => void, onClosed: () => void) {
    this.#db = db;
    this.#onRefused = onRefused;
    this.#onClosed = onClosed;
  }

  async append(events: readonly NewEvent[]): Promise<void> {
    const byJob = grouped(events, ({ jobId }) => jobId);
    // In the order of ids, so that two appends that share jobs cannot wait for each other's locks.
    const jobs = [...byJob].sort(([a], [b]) => (a < b ? -1 : 1));
    const refused = await guarded(() =>
      this.#db.transaction().execute(async (trx) => {
        const all: RefusedEvent[] = [];
        for (const [jobId, ofJob] of jobs) all.push(...(await appendToJob(trx, jobId, ofJob)));
        return all;
      }),
    );
    refused.forEach(this.#onRefused);
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
        .$if(userId !== undefined, (query) => query.where('user_id', '=', userId ?? ''))
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
      this.#db.updateTable('jobs').set({ live: json(live) }).where('job_id', '=', jobId).execute(),
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

  async close(): Promise<void> {
    await guarded(() => this.#db.destroy());
    this.#onClosed();
  }
}

async function appendToJob(
  trx: Transaction<CatalogueSchema>,
  jobId: string,
  events: readonly NewEvent[],
): Promise<readonly RefusedEvent[]> {
  await trx
    .insertInto('jobs')
    .values({
      job_id: jobId,
      updated_at: Date.now(),
      status: EMPTY_FOLD.state,
      labels: json([]),
      fold: json(EMPTY_FOLD),
      live: json([]),
    })
    .onConflict((conflict) => conflict.column('job_id').doNothing())
    .execute();
  // The row's lock puts all appends to a job in a line.
  const row = await trx
    .selectFrom('jobs')
    .select(['fold', 'next_position'])
    .where('job_id', '=', jobId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const fresh = await unknownEvents(trx, jobId, events);
  if (fresh.length === 0) return [];

  const submitted = row.fold.request !== undefined;
  const { job, nextPosition, recorded, refused } = placeEvents(
    {
      job: row.fold,
      ...(row.next_position === null ? {} : { nextPosition: row.next_position }),
      log: submitted ? [] : await eventsSoFar(trx, jobId),
    },
    fresh,
  );
  if (recorded.length === 0) return refused;
  await trx
    .insertInto('events')
    .values(
      recorded.map(({ position, stream, sequence, event }) => ({
        job_id: jobId,
        position,
        stream,
        sequence,
        type: event.type,
        at: event.at,
        data: json(event.data),
      })),
    )
    .execute();
  await trx
    .updateTable('jobs')
    .set({
      created_at: job.createdAt ?? null,
      updated_at: Date.now(),
      status: job.state,
      user_id: job.request?.userId ?? null,
      title: job.request === undefined ? null : titleOf(job.request),
      labels: json(job.request?.labels ?? []),
      next_position: nextPosition,
      fold: json(job),
    })
    .where('job_id', '=', jobId)
    .execute();
  return refused;
}

/** Those of `events` that the log does not hold, each once. */
async function unknownEvents(
  trx: Transaction<CatalogueSchema>,
  jobId: string,
  events: readonly NewEvent[],
): Promise<readonly NewEvent[]> {
  const known = await trx
    .selectFrom('events')
    .select(['stream', 'sequence'])
    .where('job_id', '=', jobId)
    .where((eb) =>
      eb.or(
        [...grouped(events, ({ stream }) => stream)].map(([stream, ofStream]) =>
          eb.and([eb('stream', '=', stream), eb('sequence', 'in', ofStream.map(({ sequence }) => sequence))]),
        ),
      ),
    )
    .execute();
  const identity = ({ stream, sequence }: { stream: string; sequence: number }): string => `${sequence} ${stream}`;
  const seen = new Set(known.map(identity));
  return events.filter((event) => {
    const isNew = !seen.has(identity(event));
    seen.add(identity(event));
    return isNew;
  });
}

async function eventsSoFar(trx: Transaction<CatalogueSchema>, jobId: string): Promise<readonly JobEvent[]> {
  const rows = await trx
    .selectFrom('events')
    .select(['type', 'at', 'data'])
    .where('job_id', '=', jobId)
    .orderBy('position')
    .execute();
  return rows.map((row) => row as JobEvent);
}

function grouped(events: readonly NewEvent[], keyOf: (event: NewEvent) => string): Map<string, NewEvent[]> {
  const groups = new Map<string, NewEvent[]>();
  for (const event of events) {
    const group = groups.get(keyOf(event));
    if (group === undefined) groups.set(keyOf(event), [event]);
    else group.push(event);
  }
  return groups;
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
