import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storeKeys } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';

/** Removes what a job no longer needs. A source that was read in place is not Framefold's, and stays. */
export function discard(deps: {
  readonly store: ObjectStore;
  readonly downloadFolder: string;
}): MediaActivities['discard'] {
  return async ({ jobId, what }) => {
    await rm(join(deps.downloadFolder, jobId), { recursive: true, force: true });
    switch (what) {
      case 'all':
        return deps.store.deleteAll(storeKeys.job(jobId));
      case 'source':
        await deps.store.deleteAll(storeKeys.sourceFolder(jobId));
        return deps.store.delete(storeKeys.frames(jobId));
    }
  };
}
