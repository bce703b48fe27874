import {
  EMPTY_FOLD,
  foldAll,
  hasEnded,
  tenantOf,
  titleOf,
  toSummary,
  toView,
  usageDelta,
  type JobEvent,
  type JobFold,
  type LiveUnit,
  type NewEvent,
  type RecordedEvent,
} from '@framefold/domain';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { addUsage, type TenantUsage } from '../access/add-usage.ts';
import { insertDeliveries } from '../webhooks/insert-deliveries.ts';
import type { CatalogueListener } from './catalogue.ts';
import { placeEvents, type Placed } from './place-events.ts';
import { json, type CatalogueSchema, type JobsTable } from './schema.ts';
import { storableText } from './storable-text.ts';

/** Rows of one statement: far below the 65,535 parameters that PostgreSQL takes. */
const MOST_ROWS = 1_000;

/**
 * Appends events to the logs of their jobs, brings the projections up to date and puts the webhooks down that are to be
 * sent, all in one transaction.
 *
 * @returns for each job with new events, which were recorded, which its state does not allow, and what it is now
 */
export async function appendEvents(
  db: Kysely<CatalogueSchema>,
  events: readonly NewEvent[],
  deliveriesOf: CatalogueListener['deliveriesOf'] = () => [],
): Promise<readonly Placed[]> {
  // In the order of ids, so that two appends that share jobs cannot wait for each other's locks.
  const byJob = [...grouped(events, ({ jobId }) => jobId)].sort(([a], [b]) => (a < b ? -1 : 1));
  return await db.transaction().execute(async (trx) => {
    const placed: Placed[] = [];
    const used: TenantUsage[] = [];
    for (const [jobId, ofJob] of byJob) {
      for (const { before, ...ofThis } of await appendToJob(trx, jobId, ofJob, used)) {
        await insertDeliveries(trx, deliveriesOf({ jobId, before, ...ofThis }));
        placed.push(ofThis);
      }
    }
    await addUsage(trx, used);
    return placed;
  });
}

/**
 * Puts a log in the place of a job's own, in one transaction; what is there and not in it follows behind it. No webhooks
 * come of it: what happened was told when it did. The tenant's usage changes by what the job was not counted with yet.
 *
 * @param log in order
 */
export async function restoreLog(
  db: Kysely<CatalogueSchema>,
  jobId: string,
  log: readonly NewEvent[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await lockJob(trx, jobId);
    const present = await trx
      .selectFrom('events')
      .select(['stream', 'sequence', 'type', 'at', 'data'])
      .where('job_id', '=', jobId)
      .orderBy('position')
      .execute();
    const own = present.map(({ stream, sequence, ...event }) => ({
      ...{ jobId, stream, sequence },
      event: event as JobEvent,
    }));
    const events = eachOnce([...log, ...own]);
    await trx.deleteFrom('events').where('job_id', '=', jobId).execute();
    const placed = placeEvents({ job: EMPTY_FOLD, log: [] }, events);
    await insertEvents(trx, placed.recorded);
    await writeProjections(trx, jobId, placed, null);
    await addUsage(trx, usageOf(row.fold, placed));
  });
}

/** @param used gets what the job's tenant used by these events */
async function appendToJob(
  trx: Transaction<CatalogueSchema>,
  jobId: string,
  events: readonly NewEvent[],
  used: TenantUsage[],
): Promise<readonly (Placed & { readonly before: JobFold })[]> {
  const row = await lockJob(trx, jobId);
  const before = row.fold;
  const fresh = await unknownEvents(trx, jobId, events);
  if (fresh.length === 0) return [];

  const submitted = row.fold.request !== undefined;
  const placed = placeEvents(
    {
      job: row.fold,
      ...(row.next_position === null ? {} : { nextPosition: row.next_position }),
      log: submitted ? [] : await eventsSoFar(trx, jobId),
    },
    fresh,
  );
  if (placed.recorded.length === 0) return [{ ...placed, before }];
  await insertEvents(trx, placed.recorded);
  await writeProjections(trx, jobId, placed, row.live);
  used.push(...usageOf(before, placed));
  return [{ ...placed, before }];
}

/** What a job's tenant used by what the job has become. Its submission counts on its own day, whatever came with it. */
function usageOf(before: JobFold, { job, recorded }: Placed): TenantUsage[] {
  const [first] = recorded;
  const isNew = before.request === undefined && first?.event.type === 'JobSubmitted';
  const steps = isNew ? [before, foldAll([first.event]), job] : [before, job];
  return steps.slice(1).flatMap((after, index) => {
    const delta = usageDelta(steps[index] ?? before, after);
    return delta === undefined ? [] : [{ tenantId: tenantOf(after), ...delta }];
  });
}

/** A job's row, made if there is none. Its lock puts all changes of a job in a line. */
async function lockJob(
  trx: Transaction<CatalogueSchema>,
  jobId: string,
): Promise<Pick<Selectable<JobsTable>, 'fold' | 'next_position' | 'live'>> {
  await trx
    .insertInto('jobs')
    .values({
      job_id: jobId,
      updated_at: Date.now(),
      status: EMPTY_FOLD.state,
      labels: json([]),
      fold: json(EMPTY_FOLD),
      live: json(null),
    })
    .onConflict((conflict) => conflict.column('job_id').doNothing())
    .execute();
  return await trx
    .selectFrom('jobs')
    .select(['fold', 'next_position', 'live'])
    .where('job_id', '=', jobId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

async function insertEvents(
  trx: Transaction<CatalogueSchema>,
  recorded: readonly RecordedEvent[],
): Promise<void> {
  for (let first = 0; first < recorded.length; first += MOST_ROWS)
    await trx
      .insertInto('events')
      .values(
        recorded.slice(first, first + MOST_ROWS).map(({ jobId, position, stream, sequence, event }) => ({
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
}

/** Everything that is folded from a job's log, but the log itself. */
async function writeProjections(
  trx: Transaction<CatalogueSchema>,
  jobId: string,
  { job, nextPosition, recorded }: Placed,
  live: readonly LiveUnit[] | null,
): Promise<void> {
  const { request, createdAt } = job;
  // Nothing of an ended job runs any more.
  const running = hasEnded(job.state) ? null : live;
  const isSubmitted = recorded.some(({ event }) => event.type === 'JobSubmitted');
  await trx
    .updateTable('jobs')
    .set({
      created_at: createdAt ?? null,
      updated_at: Date.now(),
      tenant_id: tenantOf(job),
      status: job.state,
      user_id: request === undefined ? null : storableText(request.userId),
      title: request === undefined ? null : storableText(titleOf(request)),
      labels: json(request?.labels ?? []),
      next_position: nextPosition,
      fold: json(job),
      live: json(running),
      batch_id: job.batchId ?? null,
      // From here on its state tells whether it runs.
      ...(isSubmitted ? { admitted_at: null } : {}),
      summary:
        request === undefined ? null : json(toSummary(toView(jobId, job, running ?? undefined, Date.now()))),
    })
    .where('job_id', '=', jobId)
    .execute();
  if (request === undefined || createdAt === undefined || !isSubmitted) return;
  await trx.deleteFrom('job_labels').where('job_id', '=', jobId).execute();
  const labels = [...new Set(request.labels.map(storableText))];
  if (labels.length > 0)
    await trx
      .insertInto('job_labels')
      .values(
        labels.map((label) => ({ label, tenant_id: tenantOf(job), created_at: createdAt, job_id: jobId })),
      )
      .execute();
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
          eb.and([
            eb('stream', '=', stream),
            eb(
              'sequence',
              'in',
              ofStream.map(({ sequence }) => sequence),
            ),
          ]),
        ),
      ),
    )
    .execute();
  const seen = new Set(known.map(identityOf));
  return eachOnce(events).filter((event) => !seen.has(identityOf(event)));
}

function identityOf({ stream, sequence }: { stream: string; sequence: number }): string {
  return `${sequence} ${stream}`;
}

/** Events of one job, each where it stands first. */
function eachOnce(events: readonly NewEvent[]): readonly NewEvent[] {
  const first = new Map<string, NewEvent>();
  for (const event of events) if (!first.has(identityOf(event))) first.set(identityOf(event), event);
  return [...first.values()];
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
