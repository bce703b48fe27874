import { CancelledFailure } from '@temporalio/common';
import { CancellationScope, setCurrentDetails } from '@temporalio/workflow';
import { batching } from '../activities.ts';
import type { TranscodeBatchInput } from '../contract/workflows.ts';

/** Jobs that one activity starts: seconds of work, and 50 such steps for the largest batch. */
const BLOCK = 200;

/**
 * Many jobs from one manifest, which lies in the store: starts them block by block, waits until all have ended, records
 * that, which tells the submitter, too. Cancelled, it starts no more and ends those that run.
 *
 * @throws {CancelledFailure} for a cancelled batch, which then shows as Cancelled
 */
export async function transcodeBatch({ batchId, jobs }: TranscodeBatchInput): Promise<void> {
  let started = 0;
  let cancelled = false;
  try {
    while (started < jobs) {
      const [first, count] = [started, Math.min(BLOCK, jobs - started)];
      // Counted before: a block that is broken off may have started some.
      started += count;
      await batching.submitBatchJobs({ batchId, first, count });
      setCurrentDetails(`${started} of ${jobs} jobs are started`);
    }
    await batching.awaitBatch({ batchId });
  } catch (error) {
    // Not whether it is a cancellation: a look at the jobs that is under way then fails as it would have anyway.
    if (!CancellationScope.current().consideredCancelled) throw error;
    cancelled = true;
  }
  await CancellationScope.nonCancellable(async () => {
    if (cancelled) await batching.cancelBatchJobs({ batchId, started });
    await batching.concludeBatch({ batchId, cancelled });
  });
  if (cancelled) throw new CancelledFailure('Cancelled on request.');
}
