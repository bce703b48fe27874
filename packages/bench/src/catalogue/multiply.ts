import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { BATCH_JOBS, SPACING_MS } from './fill.ts';

/** The id of the nth job as `jobId` of fill.ts has it. */
const ID = `'01936b2e-0000-7000-8000-' || lpad((copy * $1::int + right(job_id, 12)::int)::text, 12, '0')`;

/**
 * Copies the jobs of a filled catalogue within the database, each with an id, a time and a batch of its own: recording
 * every event of so many would take minutes. The oldest ones, in their state of their own, are given another.
 *
 * @param folder that of the catalogue, which nobody has open
 * @param templates how many jobs there are
 * @param times how many there shall be for each
 */
export async function multiply(folder: string, templates: number, times: number): Promise<void> {
  const database = await PGlite.create(join(folder, 'postgres'));
  try {
    const parameters = [templates, times - 1, SPACING_MS, BATCH_JOBS];
    await database.query(
      `insert into jobs (job_id, created_at, updated_at, status, user_id, title, labels, next_position, fold, live,
        summary, batch_id)
      select ${ID}, created_at + copy * $1::int * $3::double precision, updated_at,
        case status when 'splitting' then 'failed' else status end, user_id, title, labels, next_position, fold, live,
        jsonb_set(summary, '{id}', to_jsonb(${ID})), 'batch-' || (copy * $1::int + right(job_id, 12)::int) / $4::int
      from jobs cross join generate_series(1, $2::int) as copy`,
      parameters,
    );
    await database.query(
      `insert into job_labels (label, tenant_id, created_at, job_id)
      select label, tenant_id, created_at + copy * $1::int * $2::double precision, ${ID}
      from job_labels cross join generate_series(1, $3::int) as copy`,
      [templates, SPACING_MS, times - 1],
    );
  } finally {
    await database.close();
  }
}
