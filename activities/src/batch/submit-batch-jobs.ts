import { batchOf } from '@framefold/domain';
import type { Catalogue, ObjectStore } from '@framefold/platform';
import { jobStream, submission, type ControlActivities } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { batchJobId } from './batch-job-id.ts';
import type { BatchedJobs } from './batched-jobs.ts';
import { batchManifest } from './stored-batch.ts';

/** Jobs that are started at once: Temporal takes them side by side, and a cancel waits for few. */
const AT_ONCE = 10;

/**
 * Starts a block of a batch's jobs and puts them into the catalogue, so that all that run are seen there.
 *
 * @throws {CodedError} BATCH_RUNNING while a quota of the tenant leaves no room for the next one; TEMPORAL_UNAVAILABLE, CATALOGUE_UNAVAILABLE, STORE_UNAVAILABLE
 */
export function submitBatchJobs({
  store,
  catalogue,
  jobs: control,
}: {
  readonly store: ObjectStore;
  readonly catalogue: Catalogue;
  readonly jobs: BatchedJobs;
}): ControlActivities['submitBatchJobs'] {
  return ({ batchId, first, count }) =>
    heartbeating(undefined, async (signal) => {
      const manifest = await batchManifest(store, batchId);
      // The API does so too, but may have been killed before.
      await catalogue.batches.add(batchOf(manifest));
      const { submittedAt, tenantId, jobs } = manifest;
      const inputs = jobs.slice(first, first + count).map((request, offset) => ({
        ...{ jobId: batchJobId(batchId, first + offset), request, tenantId, submittedAt, batchId },
      }));
      for (let start = 0; start < inputs.length; start += AT_ONCE) {
        signal.throwIfAborted();
        const block = inputs.slice(start, start + AT_ONCE);
        const answers = await Promise.allSettled(block.map((input) => control.startJob(input)));
        const started = block.filter((_, index) => answers[index]?.status === 'fulfilled');
        await catalogue.append(
          started.map((input) => ({
            ...{ jobId: input.jobId, stream: jobStream(), sequence: 0, event: submission(input) },
          })),
        );
        for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
      }
    });
}
