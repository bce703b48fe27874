import { storeKeys } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import { discardOutput } from '../discard/discard-output.ts';

/**
 * Removes what a former run of the job has made from a file that has changed since: pieces of the old and of the new
 * file must not meet in one output.
 */
export async function forgetPiecesOfAnother(
  store: ObjectStore,
  jobId: string,
  input: number,
  { uri, sizeBytes, modifiedAt }: SourceRef,
): Promise<void> {
  const stamp = JSON.stringify({ uri, sizeBytes, modifiedAt });
  const key = storeKeys.sourceStamp(jobId, input);
  const former = (await store.get(key))?.toString();
  if (former === stamp) return;
  if (former !== undefined) {
    await store.deleteAll(storeKeys.commits(jobId));
    await store.deleteAll(storeKeys.qualities(jobId));
    await store.deleteAll(storeKeys.slices(jobId));
    await discardOutput(store, jobId);
  }
  // Last, so that an attempt that is repeated removes them, too.
  await store.put(key, stamp);
}
