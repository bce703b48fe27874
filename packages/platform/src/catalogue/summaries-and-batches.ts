import { DEFAULT_TENANT, toSummary, toView, type JobFold } from '@framefold/domain';
import { sql, type Kysely, type Migration } from 'kysely';

/** Jobs that are read at once while their summaries are made. */
const BLOCK = 200;

/** Pages of summaries without whole jobs, of a tenant and by every filter; and batches. */
export const summariesAndBatches: Migration = {
  async up(db: Kysely<never>) {
    await db.schema.alterTable('jobs').addColumn('summary', 'jsonb').addColumn('batch_id', 'text').execute();
    // Each filter has an index in the order of lists: a page costs the same however many jobs there are.
    for (const index of ['jobs_by_status', 'jobs_by_user', 'jobs_by_label'])
      await db.schema.dropIndex(index).execute();
    for (const column of ['status', 'user_id', 'batch_id'])
      await db.schema
        .createIndex(`jobs_newest_by_${column}`)
        .on('jobs')
        .columns([column, 'tenant_id', 'created_at', 'job_id'])
        .execute();
    // What a batch's jobs come to, and its failures among ten thousand jobs.
    await db.schema
      .createIndex('jobs_of_batch_by_status')
      .on('jobs')
      .columns(['batch_id', 'status', 'created_at', 'job_id'])
      .execute();
    await db.schema
      .createTable('job_labels')
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'double precision', (column) => column.notNull())
      .addColumn('job_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('job_labels_newest', ['label', 'tenant_id', 'created_at', 'job_id'])
      .execute();
    await sql`insert into job_labels (label, tenant_id, created_at, job_id)
      select distinct jsonb_array_elements_text(labels), tenant_id, created_at, job_id from jobs where created_at is not null
      `.execute(db);
    await db.schema
      .createTable('batches')
      .addColumn('batch_id', 'text', (column) => column.primaryKey())
      .addColumn('tenant_id', 'text', (column) => column.notNull().defaultTo(DEFAULT_TENANT))
      .addColumn('created_at', 'double precision', (column) => column.notNull())
      .addColumn('title', 'text')
      .addColumn('labels', 'jsonb', (column) => column.notNull())
      .addColumn('webhook_url', 'text')
      .addColumn('jobs', 'integer', (column) => column.notNull())
      .addColumn('cancelled_at', 'double precision')
      .addColumn('ended_at', 'double precision')
      .execute();
    await db.schema
      .createIndex('batches_newest')
      .on('batches')
      .columns(['tenant_id', 'created_at', 'batch_id'])
      .execute();
    await summarise(db);
  },
};

/** Gives the jobs of earlier versions their summaries. */
async function summarise(db: Kysely<never>): Promise<void> {
  for (let last = ''; ;) {
    const { rows } = await sql<{ job_id: string; fold: JobFold }>`
      select job_id, fold from jobs where created_at is not null and job_id > ${last} order by job_id limit ${BLOCK}
      `.execute(db);
    for (const { job_id, fold } of rows) {
      const summary = JSON.stringify(toSummary(toView(job_id, fold, [], Date.now())));
      await sql`update jobs set summary = cast(${summary} as jsonb) where job_id = ${job_id}`.execute(db);
    }
    last = rows.at(-1)?.job_id ?? '';
    if (rows.length < BLOCK) return;
  }
}
