import { batchDeliveries, CodedError, storeKeys } from '@framefold/domain';
import type { Catalogue, ObjectStore } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import type { BatchRecord } from './stored-batch.ts';

/** Records when a batch ended, and whether it was cancelled, and puts its webhook down. The same again changes nothing. */
export function concludeBatch({
  store,
  catalogue,
}: {
  readonly store: ObjectStore;
  readonly catalogue: Catalogue;
}): ControlActivities['concludeBatch'] {
  return async ({ batchId, cancelled }) => {
    const now = Date.now();
    await catalogue.batches.markEnded(batchId, now, cancelled);
    const found = await catalogue.batches.get(batchId);
    if (found === undefined)
      throw new CodedError('CATALOGUE_UNAVAILABLE', `Batch ${batchId} is not in the catalogue.`);
    const { cancelledAt, endedAt } = found.batch;
    const record: BatchRecord = {
      ...(cancelledAt === undefined ? {} : { cancelledAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
    };
    await store.put(storeKeys.batchRecord(batchId), `${JSON.stringify(record)}\n`);
    const event = cancelled ? 'batch.cancelled' : 'batch.completed';
    await catalogue.deliveries.add(batchDeliveries(found.batch, found.tally, event, now));
  };
}
