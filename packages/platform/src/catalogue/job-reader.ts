import { hasEnded, type JobFold, type LiveUnit } from '@framefold/domain';
import { sql, type Kysely } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { CatalogueJob } from './catalogue.ts';
import { gathering } from './gathering.ts';
import type { CatalogueSchema } from './schema.ts';

/** Jobs that are kept in memory, by the size of their folds in the database, in bytes. */
const KEPT_BYTES = 32 * 1024 * 1024;

interface Kept {
  readonly position: number;
  readonly job: CatalogueJob;
}

/** A job as the database has it. */
interface Row {
  readonly next_position: number | null;
  readonly fold: JobFold;
  readonly live: readonly LiveUnit[] | null;
  readonly bytes: number;
}

/**
 * Reads jobs, those that are asked for at the same time together. Where no other process writes to the database, what is
 * known stays in memory until it changes, and a look at it again costs nothing. Else that holds for ended jobs alone, at
 * a look at one number, the length of the log. A job that has not changed is the very same object.
 */
export class JobReader {
  readonly #db: Kysely<CatalogueSchema>;
  readonly #kept = new LRUCache<string, Kept>({ maxSize: KEPT_BYTES });
  readonly #position: (jobId: string) => Promise<number | undefined>;
  readonly #row: (jobId: string) => Promise<Row | undefined>;
  readonly #isSoleWriter: boolean;
  #changes = 0;

  /** @param isSoleWriter whether every change of a job is told to {@link changed} */
  constructor(db: Kysely<CatalogueSchema>, isSoleWriter: boolean) {
    this.#db = db;
    this.#isSoleWriter = isSoleWriter;
    this.#position = gathering((jobIds) => this.#positions(jobIds));
    this.#row = gathering((jobIds) => this.#rows(jobIds));
  }

  async read(jobId: string): Promise<CatalogueJob | undefined> {
    const kept = this.#kept.get(jobId);
    if (kept !== undefined && (this.#isSoleWriter || kept.position === (await this.#position(jobId))))
      return kept.job;
    const changes = this.#changes;
    const row = await this.#row(jobId);
    if (row === undefined) return undefined;
    const job = { jobId, job: row.fold, live: row.live ?? undefined };
    // What was changed while it was read may be older than the change.
    const isKept = this.#isSoleWriter || hasEnded(row.fold.state);
    if (isKept && row.next_position !== null && changes === this.#changes)
      this.#kept.set(jobId, { position: row.next_position, job }, { size: row.bytes });
    return job;
  }

  /** Drops what is known of a job that this process has changed. */
  changed(jobId: string): void {
    this.#changes += 1;
    this.#kept.delete(jobId);
  }

  async #rows(jobIds: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    const rows = await this.#db
      .selectFrom('jobs')
      .select(['job_id', 'next_position', 'fold', 'live', sql<number>`pg_column_size(fold)`.as('bytes')])
      .where(sql<boolean>`job_id = any(${[...jobIds]}::text[])`)
      .where('created_at', 'is not', null)
      .execute();
    return new Map(rows.map(({ job_id: jobId, ...row }) => [jobId, row]));
  }

  async #positions(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db
      .selectFrom('jobs')
      .select(['job_id', sql<number>`next_position`.as('position')])
      .where(sql<boolean>`job_id = any(${[...jobIds]}::text[])`)
      .execute();
    return new Map(rows.map(({ job_id: jobId, position }) => [jobId, position]));
  }
}
