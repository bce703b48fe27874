import { CodedError } from '@framefold/domain';
import type { Catalogue } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { batchJobId } from './batch-job-id.ts';
import type { BatchedJobs } from './batched-jobs.ts';

const AT_ONCE = 10;

/**
 * Cancels the jobs of a batch that still run, and ends those whose workflows are gone; those that were never started
 * count as ended.
 *
 * @throws {CodedError} BATCH_RUNNING as long as one runs
 */
export function cancelBatchJobs({
  catalogue,
  jobs,
}: {
  readonly catalogue: Catalogue;
  readonly jobs: BatchedJobs;
}): ControlActivities['cancelBatchJobs'] {
  return ({ batchId, started }) =>
    heartbeating(undefined, async () => {
      const ids = Array.from({ length: started }, (_, index) => batchJobId(batchId, index));
      const ended = await catalogue.batches.ended(ids);
      // The newest first: those that wait end at once and make no more work.
      const left = ids.filter((id) => !ended.has(id)).reverse();
      let running = 0;
      for (let first = 0; first < left.length; first += AT_ONCE) {
        const block = left.slice(first, first + AT_ONCE);
        const answers = await Promise.all(block.map((id) => jobs.requestCancel(id)));
        running += answers.filter(Boolean).length;
      }
      if (running > 0)
        throw new CodedError('BATCH_RUNNING', `${running} jobs of the batch are being cancelled.`);
    });
}
