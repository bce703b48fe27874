import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storeKeys } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';

/**
 * Removes what a job no longer needs. A source that was read in place is not Framefold's, and stays; so do the records
 * of attempts, which are the evidence of what happened.
 */
export function discard(deps: {
  readonly store: ObjectStore;
  readonly downloadFolder: string;
}): MediaActivities['discard'] {
  return async ({ jobId, what }) => {
    await rm(join(deps.downloadFolder, jobId), { recursive: true, force: true });
    switch (what) {
      case 'all':
        await deps.store.deleteAll(storeKeys.sourceFolder(jobId));
        await deps.store.deleteAll(storeKeys.output(jobId));
        await deps.store.deleteAll(storeKeys.commits(jobId));
        await deps.store.delete(storeKeys.plan(jobId));
        return deps.store.delete(storeKeys.frames(jobId));
      case 'source':
        await deps.store.deleteAll(storeKeys.sourceFolder(jobId));
        return deps.store.delete(storeKeys.frames(jobId));
    }
  };
}
