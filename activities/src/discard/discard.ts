import { storeKeys } from '@framefold/domain';
import type { ObjectStore, ScratchSpace } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { discardOutput } from './discard-output.ts';

export interface DiscardDeps {
  readonly store: ObjectStore;
  readonly scratch: Pick<ScratchSpace, 'discardDownloads'>;
}

/**
 * Removes what a job no longer needs. A source that was read in place is not Framefold's, and stays; so do the event log
 * and the records of attempts, which are the evidence of what happened.
 */
export function discard(deps: DiscardDeps): MediaActivities['discard'] {
  return async ({ jobId, what }) => {
    await deps.scratch.discardDownloads(jobId);
    switch (what) {
      case 'all':
        await deps.store.deleteAll(storeKeys.sourceFolder(jobId));
        await discardOutput(deps.store, jobId);
        await deps.store.deleteAll(storeKeys.commits(jobId));
        await deps.store.deleteAll(storeKeys.qualities(jobId));
        await deps.store.deleteAll(storeKeys.sourceStamps(jobId));
        await deps.store.deleteAll(storeKeys.plans(jobId));
        await deps.store.deleteAll(storeKeys.slices(jobId));
        return deps.store.deleteAll(storeKeys.frameTables(jobId));
      case 'source':
        await deps.store.deleteAll(storeKeys.slices(jobId));
        await deps.store.deleteAll(storeKeys.sourceFolder(jobId));
        return deps.store.deleteAll(storeKeys.frameTables(jobId));
    }
  };
}
