import { batchOf, type Batch } from '@framefold/domain';
import type { Catalogue, ObjectStore } from '@framefold/platform';
import {
  jobStream,
  submission,
  type ControlActivities,
  type TranscodeJobInput,
} from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { batchJobId } from './batch-job-id.ts';
import type { BatchedJobs } from './batched-jobs.ts';
import { batchManifest } from './stored-batch.ts';

/** Jobs that are started at once: Temporal takes them side by side, and a cancel waits for few. */
const AT_ONCE = 10;

/** Blocks that are kept for the next try. */
const MOST_KEPT = 16;

type BlockOfBatch = Parameters<ControlActivities['submitBatchJobs']>[0];

/** What a manifest, which never changes, says of a block: one that is held back by a quota is asked for every 2 s. */
interface Block {
  readonly batch: Batch;
  readonly inputs: readonly (TranscodeJobInput & { readonly tenantId: string })[];
}

/**
 * Starts a block of a batch's jobs and puts them into the catalogue, so that all that run are seen there.
 *
 * @throws {CodedError} BATCH_RUNNING while a quota of the tenant leaves no room for the next one; TEMPORAL_UNAVAILABLE, CATALOGUE_UNAVAILABLE, STORE_UNAVAILABLE;
 *   INTERNAL for a job that can never be started
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
  const kept = new Map<string, Block>();

  const blockOf = async (key: string, { batchId, first, count }: BlockOfBatch): Promise<Block> => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const manifest = await batchManifest(store, batchId);
    const { submittedAt, tenantId, jobs } = manifest;
    const inputs = jobs.slice(first, first + count).map((request, offset) => ({
      ...{ jobId: batchJobId(batchId, first + offset), request, tenantId, submittedAt, batchId },
    }));
    const block = { batch: batchOf(manifest), inputs };
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= MOST_KEPT) kept.delete(oldest);
    kept.set(key, block);
    return block;
  };

  return (asked) =>
    heartbeating(undefined, async (signal) => {
      const key = `${asked.batchId} ${asked.first}`;
      const { batch, inputs } = await blockOf(key, asked);
      // The API does so too, but may have been killed before.
      await catalogue.batches.add(batch);
      const submitted = await submittedOf(
        catalogue,
        inputs.map(({ jobId }) => jobId),
      );
      const left = inputs.filter(({ jobId }) => !submitted.has(jobId));
      for (let start = 0; start < left.length; start += AT_ONCE) {
        signal.throwIfAborted();
        const together = left.slice(start, start + AT_ONCE);
        const answers = await Promise.allSettled(together.map((input) => control.startJob(input)));
        const started = together.filter((_, index) => answers[index]?.status === 'fulfilled');
        await catalogue.append(
          started.map((input) => ({
            ...{ jobId: input.jobId, stream: jobStream(), sequence: 0, event: submission(input) },
          })),
        );
        for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
      }
      kept.delete(key);
    });
}

/** Which of these jobs are in the catalogue, and so were started. */
async function submittedOf(catalogue: Catalogue, jobIds: readonly string[]): Promise<ReadonlySet<string>> {
  const unended = await catalogue.unended(jobIds);
  // Afterwards: one that ends in between is in both.
  return new Set([...unended, ...(await catalogue.batches.ended(jobIds))]);
}
