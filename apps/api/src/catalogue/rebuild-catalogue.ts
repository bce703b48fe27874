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
import { DamagedRecordError } from './damaged-record-error.ts';

/** What makes a line a line of a log. What an event holds stays as the version wrote it that recorded it. */
const LogLine = z.object({
  ...RecordedEvent.omit({ event: true, position: true }).shape,
  event: z.object({ type: z.enum(Object.keys(EVENT_PAYLOADS)), at: z.number(), data: z.object({}) }),
});

/** Logs in the store that are not what Framefold wrote. */
class DamagedLogsError extends DamagedRecordError {
  override readonly name = 'DamagedLogsError';
  readonly code = 'EVENT_LOG_DAMAGED';
  readonly hint =
    'Put good copies in their place in the store and rebuild again; ' +
    'jobs that Temporal still knows have been restored from there.';

  constructor(keys: readonly string[]) {
    super(`Event logs that cannot be read: ${keys.join(', ')}.`);
  }
}

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
 * @throws {CodedError} STORE_UNAVAILABLE, CATALOGUE_UNAVAILABLE
 * @throws {DamagedRecordError} when all the rest is restored
 */
export async function rebuildCatalogue(deps: RebuildDeps, restored: Restored): Promise<void> {
  const damagedBackup = await restoreAccess(deps, restored);
  const damagedLogs = await restoreJobs(deps, restored);
  await restoreBatches(deps, restored);
  if (damagedBackup !== undefined) throw damagedBackup;
  if (damagedLogs.length > 0) throw new DamagedLogsError(damagedLogs);
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

/** @returns the keys of logs that cannot be read */
async function restoreJobs(deps: RebuildDeps, restored: Restored): Promise<readonly string[]> {
  const { catalogue, store, temporal } = deps;
  const stored = new Set<string>();
  const damaged: string[] = [];
  for await (const jobId of store.folders(JOBS_PREFIX)) {
    const key = storeKeys.eventLog(jobId);
    const log = await storedLog(store, key);
    if (log === 'damaged') damaged.push(key);
    // Earlier versions wrote logs without their beginning where the catalogue was lost: Temporal may know the whole.
    if (log === 'damaged' || !log.some(({ event }) => event.type === 'JobSubmitted')) continue;
    await catalogue.restore(jobId, log);
    await recordAttempts({ catalogue, store }, jobId);
    await restoreDeliveries(deps, jobId);
    stored.add(jobId);
    restored.fromStore += 1;
  }
  for await (const { jobId, running } of temporal.knownJobs()) {
    if (stored.has(jobId) && !running) continue;
    // A job that failed and is run again has the log of its former run behind it.
    const former = stored.has(jobId) ? await storedLog(store, storeKeys.eventLog(jobId)) : [];
    await restoreFromHistory({ catalogue, temporal }, jobId, former === 'damaged' ? [] : former);
    await recordAttempts({ catalogue, store }, jobId);
    await restoreDeliveries(deps, jobId);
    restored.fromTemporal += 1;
  }
  return damaged;
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
  former: readonly NewEvent[],
): Promise<void> {
  for (let look = 1; look <= 2; look++) {
    const log = [...former, ...(await temporal.historyLog(jobId))];
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

async function storedLog(store: ObjectStore, key: string): Promise<readonly NewEvent[] | 'damaged'> {
  const bytes = (await store.get(key)) ?? Buffer.alloc(0);
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  try {
    return lines.map((line) => {
      const recorded: unknown = JSON.parse(line);
      LogLine.parse(recorded);
      return recorded as RecordedEvent;
    });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return 'damaged';
    throw error;
  }
}
