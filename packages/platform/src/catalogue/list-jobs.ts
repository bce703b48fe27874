import type { JobState, JobSummary } from '@framefold/domain';
import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import type { JobFilter, JobPage } from './catalogue.ts';
import { fromCursor, toCursor } from './cursor.ts';
import type { CatalogueSchema } from './schema.ts';
import { storableText } from './storable-text.ts';

interface Row {
  readonly job_id: string;
  readonly created_at: number;
  readonly summary: JobSummary;
}

/**
 * A page of jobs, newest first, straight from an index in that order.
 *
 * @throws {BadCursorError}
 */
export async function listJobs(db: Kysely<CatalogueSchema>, filter: JobFilter): Promise<JobPage> {
  const rows = await newest(db, filter).execute();
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return {
    jobs: page.map(({ summary }) => summary),
    ...(rows.length > filter.limit && last !== undefined
      ? { nextCursor: toCursor({ at: last.created_at, id: last.job_id }) }
      : {}),
  };
}

type PerState = SelectQueryBuilder<CatalogueSchema, never, Row>;

/** One more than asked for, which tells whether there is a next page. */
function newest(db: Kysely<CatalogueSchema>, filter: JobFilter) {
  const { status = [], limit } = filter;
  const states = [...new Set(status)];
  if (states.length <= 1) return newestInState(db, filter, states[0]);
  // Each state's newest come from its own part of the index; together they hold the newest of all.
  const [first, ...others] = states.map((state) =>
    db.selectFrom(newestInState(db, filter, state).as('one')).selectAll(),
  ) as [PerState, ...PerState[]];
  return db
    .selectFrom(others.reduce((query, other) => query.unionAll(other), first).as('page'))
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('job_id', 'desc')
    .limit(limit + 1);
}

function newestInState(
  db: Kysely<CatalogueSchema>,
  { tenantId, userId, label, batchId, createdAfter, createdBefore, cursor, limit }: JobFilter,
  state: JobState | undefined,
) {
  const after = cursor === undefined ? undefined : fromCursor(cursor);
  // The order is that of the labels' index, where there is a label: it must name that table's columns.
  const createdAt = sql.ref<number>(label === undefined ? 'jobs.created_at' : 'job_labels.created_at');
  const jobId = sql.ref<string>(label === undefined ? 'jobs.job_id' : 'job_labels.job_id');
  const tenant = sql.ref<string>(label === undefined ? 'jobs.tenant_id' : 'job_labels.tenant_id');
  return db
    .selectFrom('jobs')
    .$if(label !== undefined, (query) =>
      query
        .innerJoin('job_labels', 'job_labels.job_id', 'jobs.job_id')
        .where(sql.ref('job_labels.label'), '=', storableText(label ?? '')),
    )
    .select(['jobs.job_id', sql<number>`jobs.created_at`.as('created_at')])
    .select(sql<JobSummary>`jobs.summary`.as('summary'))
    .where('jobs.created_at', 'is not', null)
    .$if(tenantId !== undefined, (query) => query.where(tenant, '=', tenantId ?? ''))
    .$if(state !== undefined, (query) => query.where('jobs.status', '=', state ?? 'pending'))
    .$if(userId !== undefined, (query) => query.where('jobs.user_id', '=', storableText(userId ?? '')))
    .$if(batchId !== undefined, (query) => query.where('jobs.batch_id', '=', batchId ?? ''))
    .$if(createdAfter !== undefined, (query) => query.where(createdAt, '>=', createdAfter ?? 0))
    .$if(createdBefore !== undefined, (query) => query.where(createdAt, '<', createdBefore ?? 0))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(${createdAt}, ${jobId}) < (${after?.at}, ${after?.id})`),
    )
    .orderBy(createdAt, 'desc')
    .orderBy(jobId, 'desc')
    .limit(limit + 1)
    .$castTo<Row>();
}
