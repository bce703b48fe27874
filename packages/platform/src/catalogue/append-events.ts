import { EMPTY_FOLD, titleOf, type JobEvent, type NewEvent } from '@framefold/domain';
import type { Kysely, Transaction } from 'kysely';
import { placeEvents, type Placed } from './place-events.ts';
import { json, type CatalogueSchema } from './schema.ts';
import { storableText } from './storable-text.ts';

/**
 * Appends events to the logs of their jobs and brings the projections up to date, all in one transaction.
 *
 * @returns for each job with new events, which were recorded, which its state does not allow, and what it is now
 */
export async function appendEvents(
  db: Kysely<CatalogueSchema>,
  events: readonly NewEvent[],
): Promise<readonly Placed[]> {
  // In the order of ids, so that two appends that share jobs cannot wait for each other's locks.
  const byJob = [...grouped(events, ({ jobId }) => jobId)].sort(([a], [b]) => (a < b ? -1 : 1));
  return await db.transaction().execute(async (trx) => {
    const placed: Placed[] = [];
    for (const [jobId, ofJob] of byJob) placed.push(...(await appendToJob(trx, jobId, ofJob)));
    return placed;
  });
}

async function appendToJob(
  trx: Transaction<CatalogueSchema>,
  jobId: string,
  events: readonly NewEvent[],
): Promise<readonly Placed[]> {
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
  const placed = placeEvents(
    {
      job: row.fold,
      ...(row.next_position === null ? {} : { nextPosition: row.next_position }),
      log: submitted ? [] : await eventsSoFar(trx, jobId),
    },
    fresh,
  );
  const { job, nextPosition, recorded } = placed;
  if (recorded.length === 0) return [placed];
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
      user_id: job.request === undefined ? null : storableText(job.request.userId),
      title: job.request === undefined ? null : storableText(titleOf(job.request)),
      labels: json(job.request?.labels ?? []),
      next_position: nextPosition,
      fold: json(job),
    })
    .where('job_id', '=', jobId)
    .execute();
  return [placed];
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
  const identity = ({ stream, sequence }: { stream: string; sequence: number }): string =>
    `${sequence} ${stream}`;
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
