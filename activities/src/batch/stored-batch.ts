import { batchOf, CodedError, storeKeys, type Batch, type BatchManifest } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';

/** How a batch ended, beside its manifest. */
export type BatchRecord = Pick<Batch, 'cancelledAt' | 'endedAt'>;

/** What a batch was asked to do. It was checked when it was accepted. */
export async function batchManifest(store: ObjectStore, batchId: string): Promise<BatchManifest> {
  const bytes = await store.get(storeKeys.batchManifest(batchId));
  if (bytes === undefined)
    throw new CodedError('INTERNAL', `The manifest of batch ${batchId} is not in the store.`);
  return JSON.parse(bytes.toString('utf8')) as BatchManifest;
}

/** A batch as manifest and record in the store tell it. */
export async function restoredBatch(store: ObjectStore, batchId: string): Promise<Batch> {
  const record = await store.get(storeKeys.batchRecord(batchId));
  const end = record === undefined ? {} : (JSON.parse(record.toString('utf8')) as BatchRecord);
  return { ...batchOf(await batchManifest(store, batchId)), ...end };
}
