import type { Delivery, DeliveryAttempt, NewDelivery, NextStep } from '@framefold/domain';
import { sql, type Kysely, type Selectable } from 'kysely';
import { guarded } from '../catalogue/guarded.ts';
import type { CatalogueSchema } from '../catalogue/schema.ts';
import { storableText } from '../catalogue/storable-text.ts';
import type { Deliveries, DeliveryRun, DueRun, RunAttempt, StoredDelivery } from './deliveries.ts';
import { insertDeliveries } from './insert-deliveries.ts';
import type { DeliveriesTable, DeliveryAttemptsTable } from './webhook-tables.ts';

/** The webhooks in PostgreSQL, beside the catalogue. */
export class SqlDeliveries implements Deliveries {
  readonly #db: Kysely<CatalogueSchema>;

  constructor(db: Kysely<CatalogueSchema>) {
    this.#db = db;
  }

  async add(deliveries: readonly NewDelivery[]): Promise<void> {
    await guarded(() => insertDeliveries(this.#db, deliveries));
  }

  async due(now: number, limit: number): Promise<readonly DueRun[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('deliveries')
        .select(['delivery_id', 'run', 'tenant_id', 'job_id', 'event'])
        .where('start_at', '<=', now)
        .orderBy('start_at')
        .orderBy('sequence')
        .limit(limit)
        .execute(),
    );
    return rows.map((row) => ({
      id: row.delivery_id,
      run: row.run,
      tenantId: row.tenant_id,
      jobId: row.job_id,
      event: row.event,
    }));
  }

  async markStarted({ id, run }: DeliveryRun): Promise<void> {
    await guarded(() =>
      this.#db
        .updateTable('deliveries')
        .set({ start_at: null })
        .where('delivery_id', '=', id)
        .where('run', '=', run)
        .execute(),
    );
  }

  async release(jobId: string): Promise<void> {
    await guarded(() =>
      this.#db
        .updateTable('deliveries')
        .set({ start_at: 0 })
        .where('job_id', '=', jobId)
        .where('start_at', 'is not', null)
        .execute(),
    );
  }

  async ofJob(jobId: string): Promise<readonly Delivery[]> {
    return await guarded(async () => {
      const rows = await this.#db
        .selectFrom('deliveries')
        .selectAll()
        .where('job_id', '=', jobId)
        .orderBy('sequence')
        .execute();
      const attempts = await this.#attempts(rows.map(({ delivery_id }) => delivery_id));
      return rows.map((row) =>
        deliveryOf(
          row,
          attempts.filter(({ delivery_id }) => delivery_id === row.delivery_id),
        ),
      );
    });
  }

  async find(id: string): Promise<StoredDelivery | undefined> {
    return await guarded(async () => {
      const row = await this.#db
        .selectFrom('deliveries')
        .selectAll()
        .where('delivery_id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const attempts = await this.#attempts([id]);
      return {
        ...deliveryOf(row, attempts),
        tenantId: row.tenant_id,
        body: row.body,
        run: row.run,
        runBeganAt: row.run_began_at,
        attemptsOfRun: attempts.filter(({ run }) => run === row.run).length,
      };
    });
  }

  async recordAttempt(
    { id, run, attempt }: RunAttempt,
    { at, status, error, durationMs }: DeliveryAttempt,
    next: NextStep,
  ): Promise<void> {
    await guarded(() =>
      this.#db.transaction().execute(async (trx) => {
        const current = await trx
          .selectFrom('deliveries')
          .select('run')
          .where('delivery_id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (current?.run !== run) return;
        const added = await trx
          .insertInto('delivery_attempts')
          .values({
            delivery_id: id,
            run,
            attempt,
            at,
            status: status ?? null,
            error: error === undefined ? null : storableText(error),
            duration_ms: durationMs,
          })
          .onConflict((conflict) => conflict.columns(['delivery_id', 'run', 'attempt']).doNothing())
          .returning('attempt')
          .execute();
        if (added.length === 0) return;
        await trx
          .updateTable('deliveries')
          .set({
            state: next.state,
            next_attempt_at: next.state === 'pending' ? next.nextAttemptAt : null,
          })
          .where('delivery_id', '=', id)
          .execute();
      }),
    );
  }

  async skip({ id, run }: DeliveryRun): Promise<void> {
    await guarded(() =>
      this.#db
        .updateTable('deliveries')
        .set({ state: 'skipped', next_attempt_at: null })
        .where('delivery_id', '=', id)
        .where('run', '=', run)
        .execute(),
    );
  }

  async sendAgain(id: string, now: number): Promise<void> {
    await guarded(() =>
      this.#db
        .updateTable('deliveries')
        .set({
          state: 'pending',
          run: sql<number>`run + 1`,
          run_began_at: now,
          start_at: now,
          next_attempt_at: null,
        })
        .where('delivery_id', '=', id)
        .execute(),
    );
  }

  /** In the order in which they were made. */
  async #attempts(ids: readonly string[]): Promise<readonly Selectable<DeliveryAttemptsTable>[]> {
    if (ids.length === 0) return [];
    return await this.#db
      .selectFrom('delivery_attempts')
      .selectAll()
      .where('delivery_id', 'in', ids)
      .orderBy('run')
      .orderBy('attempt')
      .execute();
  }
}

function deliveryOf(
  row: Selectable<DeliveriesTable>,
  attempts: readonly Selectable<DeliveryAttemptsTable>[],
): Delivery {
  return {
    id: row.delivery_id,
    jobId: row.job_id,
    event: row.event,
    sequence: row.sequence,
    url: row.url,
    state: row.state,
    createdAt: row.created_at,
    ...(row.next_attempt_at === null ? {} : { nextAttemptAt: row.next_attempt_at }),
    attempts: attempts.map(({ at, status, error, duration_ms }) => ({
      at,
      ...(status === null ? {} : { status }),
      ...(error === null ? {} : { error }),
      durationMs: duration_ms,
    })),
  };
}
