import { endDeliveries, recordAttempts, restoredBatch } from '@framefold/activities';
import {
  batchOfManifest,
  EVENT_PAYLOADS,
  hasEnded,
  JOBS_PREFIX,
  type NewEvent,
  RecordedEvent,
  storeKeys,
} from '@framefold/domain';
import type { AccessStore, Catalogue, ObjectStore } from '@framefold/platform';
import { z } from 'zod';
import { DamagedBackupError, readAccessBackup } from '../access/access-backup.ts';
import type { JobsOfTemporal } from '../temporal/jobs-of-temporal.ts';

/** What makes a line a line of a log. What an event holds stays as the version wrote it that recorded it. */
const LogLine = z.object({
  ...RecordedEvent.omit({ event: true, position: true }).shape,
  event: z.object({ type: z.enum(Object.keys(EVENT_PAYLOADS)), at: z.number(), data: z.object({}) }),
});

/** What a rebuild has restored so far. */
export interface Restored {
  /** Jobs by their logs in the store. */
  fromStore: number;
  /** Jobs by their histories in Temporal: those that run. */
  fromTemporal: number;
  batches: number;
  /** Those that were not there. */
  tenants: number;
  keys: number;
  accessBackup: 'unread' | 'absent' | 'restored' | 'damaged';
}

/** What a rebuild reads, and what it writes. */
export interface RebuildDeps {
  readonly access: AccessStore;
  readonly catalogue: Catalogue;
  readonly store: ObjectStore;
  readonly temporal: JobsOfTemporal;
  /** Where clients reach the API, without a slash at the end. */
  readonly publicBaseUrl: string;
  /** Since when a job must have ended for its webhook to be due yet, in ms since the epoch. */
  readonly webhooksSince: number;
}

/**
 * Restores tenants and keys from their backup; jobs, their logs and batches: those that have ended from the logs in the
 * store, those that run from Temporal's histories. Jobs may go on meanwhile, and the same again changes nothing. Of
 * webhooks those of ends come back that may be due yet. Idempotency keys are in no log.
 *
 * @param restored counts on while it goes on
 * @throws {CodedError} STORE_UNAVAILABLE, CATALOGUE_UNAVAILABLE, INTERNAL for a log that is none
 * @throws {DamagedBackupError} when all the rest is restored
 */
export async function rebuildCatalogue(deps: RebuildDeps, restored: Restored): Promise<void> {
  const damage = await restoreAccess(deps, restored);
  await restoreJobs(deps, restored);
  await restoreBatches(deps, restored);
  if (damage !== undefined) throw damage;
}

/** @returns what is wrong with the backup: no reason to be without the jobs */
async function restoreAccess(
  { access, store }: RebuildDeps,
  restored: Restored,
): Promise<DamagedBackupError | undefined> {
  try {
    const backup = await readAccessBackup(store);
    if (backup !== undefined) Object.assign(restored, await access.restore(backup));
    restored.accessBackup = backup === undefined ? 'absent' : 'restored';
    return undefined;
  } catch (error) {
    if (!(error instanceof DamagedBackupError)) throw error;
    restored.accessBackup = 'damaged';
    return error;
  }
}

async function restoreJobs(deps: RebuildDeps, restored: Restored): Promise<void> {
  const { catalogue, store, temporal } = deps;
  const stored = new Set<string>();
  for await (const jobId of store.folders(JOBS_PREFIX)) {
    const log = await storedLog(store, storeKeys.eventLog(jobId));
    if (log.length === 0) continue;
    await catalogue.restore(jobId, log);
    await recordAttempts({ catalogue, store }, jobId);
    await restoreDeliveries(deps, jobId);
    stored.add(jobId);
    restored.fromStore += 1;
  }
  for await (const { jobId, running } of temporal.knownJobs()) {
    if (stored.has(jobId) && !running) continue;
    // A job that failed and is run again has the log of its former run behind it.
    if (stored.has(jobId)) {
      const former = await storedLog(store, storeKeys.eventLog(jobId));
      await catalogue.restore(jobId, [...former, ...(await temporal.historyLog(jobId))]);
    } else await restoreFromHistory({ catalogue, temporal }, jobId);
    await recordAttempts({ catalogue, store }, jobId);
    await restoreDeliveries(deps, jobId);
    restored.fromTemporal += 1;
  }
}

/** Comes behind the jobs, which show what has begun. */
async function restoreBatches(deps: RebuildDeps, restored: Restored): Promise<void> {
  const { catalogue, store } = deps;
  for await (const { key } of store.list(storeKeys.batches())) {
    const batchId = batchOfManifest(key);
    if (batchId === undefined) continue;
    const batch = await restoredBatch(store, batchId);
    if (batch.endedAt === undefined && !(await hasBegun(deps, batchId))) continue;
    await catalogue.batches.add(batch);
    restored.batches += 1;
  }
}

/** The manifest of a batch is there before it is started, and stays where that fails. */
async function hasBegun({ catalogue, temporal }: RebuildDeps, batchId: string): Promise<boolean> {
  if (await temporal.knowsBatch(batchId)) return true;
  return (await catalogue.list({ batchId, limit: 1 })).jobs.length > 0;
}

/**
 * A running job records events while its history is read. Those that came to a catalogue without the events before may
 * have been refused, and by now its history has them: a second look finds all.
 */
async function restoreFromHistory(
  { catalogue, temporal }: Pick<RebuildDeps, 'catalogue' | 'temporal'>,
  jobId: string,
): Promise<void> {
  for (let look = 1; look <= 2; look++) {
    const log = await temporal.historyLog(jobId);
    if (log.length > 0) await catalogue.restore(jobId, log);
  }
}

/**
 * What Temporal does not know was never begun, or its first run ended longer ago than Temporal's retention: it is sent
 * rather once too often.
 */
async function restoreDeliveries(
  { catalogue, temporal, publicBaseUrl, webhooksSince }: RebuildDeps,
  jobId: string,
): Promise<void> {
  const { state, enteredAt } = (await catalogue.job(jobId))?.job ?? {};
  if (state === undefined || !hasEnded(state) || (enteredAt?.[state] ?? 0) < webhooksSince) return;
  for (const delivery of await endDeliveries(catalogue, jobId, publicBaseUrl))
    if (!(await temporal.hasDeliveryEnded(delivery.id))) await catalogue.deliveries.add([delivery]);
}

async function storedLog(store: ObjectStore, key: string): Promise<readonly NewEvent[]> {
  const bytes = (await store.get(key)) ?? Buffer.alloc(0);
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const recorded: unknown = JSON.parse(line);
      LogLine.parse(recorded);
      return recorded as RecordedEvent;
    });
}
