import type { AttemptRecord } from '@framefold/domain';
import { sql, type Kysely } from 'kysely';
import type { AttemptCatalogue, AttemptFilter, AttemptPage } from './attempt-catalogue.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { guarded } from './guarded.ts';
import { json, type CatalogueSchema } from './schema.ts';

/** Records in one statement: command lines are long. */
const BLOCK = 100;

/** The attempts of a catalogue in PostgreSQL. */
export class SqlAttempts implements AttemptCatalogue {
  readonly #db: Kysely<CatalogueSchema>;

  constructor(db: Kysely<CatalogueSchema>) {
    this.#db = db;
  }

  async put(records: readonly AttemptRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += BLOCK)
      await guarded(() =>
        this.#db
          .insertInto('attempts')
          .values(
            records.slice(from, from + BLOCK).map((record) => ({
              job_id: record.jobId,
              unit: record.unit,
              attempt_id: record.attemptId,
              started_at: record.startedAt,
              has_ended: record.outcome !== undefined,
              record: json(record),
            })),
          )
          .onConflict((conflict) =>
            conflict
              .columns(['job_id', 'unit', 'attempt_id'])
              .doUpdateSet((eb) => ({
                has_ended: eb.ref('excluded.has_ended'),
                record: eb.ref('excluded.record'),
              }))
              .where('attempts.has_ended', '=', false),
          )
          .execute(),
      );
  }

  async ended(jobId: string): Promise<ReadonlySet<string>> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('attempts')
        .select(['unit', 'attempt_id'])
        .where('job_id', '=', jobId)
        .where('has_ended', '=', true)
        .execute(),
    );
    return new Set(rows.map((row) => `${row.unit}/${row.attempt_id}`));
  }

  async list({ jobId, unit, cursor, limit }: AttemptFilter): Promise<AttemptPage> {
    const after = cursor === undefined ? undefined : fromCursor(cursor);
    const rows = await guarded(() =>
      this.#db
        .selectFrom('attempts')
        .select('record')
        .where('job_id', '=', jobId)
        .$if(unit !== undefined, (query) => query.where('unit', '=', unit ?? ''))
        .$if(after !== undefined, (query) =>
          query.where(sql<boolean>`(started_at, attempt_id) > (${after?.at}, ${after?.id})`),
        )
        .orderBy('started_at')
        .orderBy('attempt_id')
        .limit(limit + 1)
        .execute(),
    );
    const attempts = rows.slice(0, limit).map(({ record }) => record);
    const last = attempts.at(-1);
    return {
      attempts,
      ...(rows.length > limit && last !== undefined
        ? { nextCursor: toCursor({ at: last.startedAt, id: last.attemptId }) }
        : {}),
    };
  }
}
