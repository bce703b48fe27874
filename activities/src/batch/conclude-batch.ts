import { type Batch, batchDeliveries, CodedError, storeKeys, toBatchSummary } from '@framefold/domain';
import type { Catalogue, ObjectStore } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import type { BatchRecord } from './stored-batch.ts';

/**
 * Records when a batch ended, and whether it was cancelled, and puts its webhook down. The same again changes nothing.
 * The batch is marked as ended last: one that is has all of it.
 */
export function concludeBatch({
  store,
  catalogue,
}: {
  readonly store: ObjectStore;
  readonly catalogue: Catalogue;
}): ControlActivities['concludeBatch'] {
  return async ({ batchId, cancelled }) => {
    const now = Date.now();
    const found = await catalogue.batches.get(batchId);
    if (found === undefined)
      throw new CodedError('CATALOGUE_UNAVAILABLE', `Batch ${batchId} is not in the catalogue.`);
    const batch = endOf(found.batch, now, cancelled);
    const { cancelledAt, endedAt = now } = batch;
    const record: BatchRecord = { ...(cancelledAt === undefined ? {} : { cancelledAt }), endedAt };
    await store.put(storeKeys.batchRecord(batchId), `${JSON.stringify(record)}\n`);
    const { status } = toBatchSummary(batch, found.tally);
    const event = status === 'cancelled' ? 'batch.cancelled' : 'batch.completed';
    await catalogue.deliveries.add(batchDeliveries(batch, found.tally, event, now));
    await catalogue.batches.markEnded(batchId, endedAt, cancelled);
  };
}

/** A batch that has ended; as it did, where that is marked already. */
function endOf(batch: Batch, now: number, cancelled: boolean): Batch {
  if (batch.endedAt !== undefined) return batch;
  const { cancelledAt = now, ...rest } = batch;
  return { ...rest, endedAt: now, ...(cancelled ? { cancelledAt } : {}) };
}
