import { isDeepStrictEqual } from 'node:util';
import { hasEnded, toSummary, toView, type LiveUnit } from '@framefold/domain';
import type { Kysely } from 'kysely';
import { json, type CatalogueSchema } from './schema.ts';

/** Replaces what ran of a job at the last look, and shows it in the job's summary. */
export async function setLive(
  db: Kysely<CatalogueSchema>,
  jobId: string,
  live: readonly LiveUnit[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('jobs')
      .select(['fold', 'live'])
      .where('job_id', '=', jobId)
      .where('created_at', 'is not', null)
      .forUpdate()
      .executeTakeFirst();
    // Jobs that wait for a slot report nothing, again and again.
    if (row === undefined || hasEnded(row.fold.state) || isDeepStrictEqual(row.live, live)) return;
    await trx
      .updateTable('jobs')
      .set({ live: json(live), summary: json(toSummary(toView(jobId, row.fold, live, Date.now()))) })
      .where('job_id', '=', jobId)
      .execute();
  });
}
