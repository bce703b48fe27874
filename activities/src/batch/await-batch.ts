import { allJobsEnded, CodedError } from '@framefold/domain';
import type { Catalogue } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';

/**
 * Looks whether all jobs of a batch have ended.
 *
 * @throws {CodedError} BATCH_RUNNING as long as they have not
 */
export function awaitBatch({
  catalogue,
}: {
  readonly catalogue: Catalogue;
}): ControlActivities['awaitBatch'] {
  return async ({ batchId }) => {
    const found = await catalogue.batches.get(batchId);
    if (found === undefined || !allJobsEnded(found.batch.jobs, found.tally.counts))
      throw new CodedError('BATCH_RUNNING', 'Jobs of the batch still run.');
  };
}
