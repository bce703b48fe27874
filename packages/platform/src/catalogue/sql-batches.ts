import { JOB_STATES, type Batch, type BatchFailure, type BatchTally, type JobState } from '@framefold/domain';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { BatchCatalogue, BatchFilter, BatchPage, CatalogueBatch } from './batch-catalogue.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { guarded } from './guarded.ts';
import { json, type BatchesTable, type CatalogueSchema } from './schema.ts';
import { storableText } from './storable-text.ts';

const ENDED = ['completed', 'failed', 'cancelled'] as const satisfies readonly JobState[];

/** The batches of a catalogue in PostgreSQL. */
export class SqlBatches implements BatchCatalogue {
  readonly #db: Kysely<CatalogueSchema>;

  constructor(db: Kysely<CatalogueSchema>) {
    this.#db = db;
  }

  async add(batch: Batch): Promise<void> {
    await guarded(() =>
      this.#db
        .insertInto('batches')
        .values({
          batch_id: batch.batchId,
          tenant_id: batch.tenantId,
          created_at: batch.submittedAt,
          title: batch.title === undefined ? null : storableText(batch.title),
          labels: json(batch.labels),
          webhook_url: batch.webhookUrl ?? null,
          jobs: batch.jobs,
          cancelled_at: batch.cancelledAt ?? null,
          ended_at: batch.endedAt ?? null,
        })
        .onConflict((conflict) => conflict.column('batch_id').doNothing())
        .execute(),
    );
  }

  async markCancelled(batchId: string, at: number): Promise<void> {
    await guarded(() =>
      this.#db
        .updateTable('batches')
        .set({ cancelled_at: at })
        .where('batch_id', '=', batchId)
        .where('cancelled_at', 'is', null)
        .where('ended_at', 'is', null)
        .execute(),
    );
  }

  async markEnded(batchId: string, at: number, cancelled: boolean): Promise<void> {
    await guarded(() =>
      this.#db
        .updateTable('batches')
        .set({ ended_at: at, cancelled_at: cancelled ? sql<number>`coalesce(cancelled_at, ${at})` : null })
        .where('batch_id', '=', batchId)
        .where('ended_at', 'is', null)
        .execute(),
    );
  }

  async get(batchId: string): Promise<CatalogueBatch | undefined> {
    return await guarded(async () => {
      const rows = await this.#db.selectFrom('batches').selectAll().where('batch_id', '=', batchId).execute();
      return (await this.#withTallies(rows))[0];
    });
  }

  async failures(batchId: string, limit: number): Promise<readonly BatchFailure[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select(['job_id', 'summary'])
        .where('batch_id', '=', batchId)
        .where('status', '=', 'failed')
        .orderBy('created_at', 'desc')
        .orderBy('job_id', 'desc')
        .limit(limit)
        .execute(),
    );
    return rows.flatMap(({ job_id: jobId, summary }) =>
      summary?.failure === undefined ? [] : [{ jobId, title: summary.title, failure: summary.failure }],
    );
  }

  async ended(jobIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('jobs')
        .select('job_id')
        .where(sql<boolean>`job_id = any(${[...jobIds]}::text[])`)
        .where('status', 'in', ENDED)
        .execute(),
    );
    return new Set(rows.map((row) => row.job_id));
  }

  async list({ tenantId, label, cursor, limit }: BatchFilter): Promise<BatchPage> {
    const after = cursor === undefined ? undefined : fromCursor(cursor);
    return await guarded(async () => {
      const rows = await this.#db
        .selectFrom('batches')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .$if(label !== undefined, (query) => query.where('labels', '@>', json([label ?? ''])))
        .$if(after !== undefined, (query) =>
          query.where(sql<boolean>`(created_at, batch_id) < (${after?.at}, ${after?.id})`),
        )
        .orderBy('created_at', 'desc')
        .orderBy('batch_id', 'desc')
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        batches: await this.#withTallies(page),
        ...(rows.length > limit && last !== undefined
          ? { nextCursor: toCursor({ at: last.created_at, id: last.batch_id }) }
          : {}),
      };
    });
  }

  async #withTallies(rows: readonly Selectable<BatchesTable>[]): Promise<CatalogueBatch[]> {
    if (rows.length === 0) return [];
    const sums = await this.#db
      .selectFrom('jobs')
      .select(['batch_id', 'status'])
      .select(sql<number>`count(*)::int`.as('jobs'))
      // Of ended jobs nobody asks how far they are, and their summaries need not be read.
      .select(
        sql<number>`coalesce(sum(case when status in ${sql`(${sql.join(ENDED)})`} then 0
          else (summary #>> '{progress,percent}')::double precision end), 0)`.as('percent'),
      )
      .where(
        'batch_id',
        'in',
        rows.map((row) => row.batch_id),
      )
      .groupBy(['batch_id', 'status'])
      .execute();
    return rows.map((row) => {
      const own = sums.filter((sum) => sum.batch_id === row.batch_id);
      return { batch: batchOfRow(row), tally: tallyOf(own) };
    });
  }
}

function tallyOf(sums: readonly { status: JobState; jobs: number; percent: number }[]): BatchTally {
  return {
    counts: Object.fromEntries(
      JOB_STATES.flatMap((state) => {
        const found = sums.find(({ status }) => status === state);
        return found === undefined ? [] : [[state, found.jobs]];
      }),
    ),
    percentOfUnended: sums.reduce((sum, { percent }) => sum + percent, 0),
  };
}

function batchOfRow(row: Selectable<BatchesTable>): Batch {
  return {
    batchId: row.batch_id,
    tenantId: row.tenant_id,
    submittedAt: row.created_at,
    ...(row.title === null ? {} : { title: row.title }),
    labels: row.labels,
    ...(row.webhook_url === null ? {} : { webhookUrl: row.webhook_url }),
    jobs: row.jobs,
    ...(row.cancelled_at === null ? {} : { cancelledAt: row.cancelled_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}
