import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy } from '@temporalio/workflow';
import {
  batchWorkflowId,
  WORKFLOW_TYPES,
  type ChunkRun,
  type EncodeBatchInput,
} from '../contract/workflows.ts';
import type { encodeBatch } from './encode-batch.ts';
import { runTogether } from './run-together.ts';
import { splitRun } from './split-run.ts';

/** Chunks of a batch: some six events each keep its history far below the size at which Temporal slows down. */
export const CHUNKS_PER_BATCH = 200;

/** Batches at once: two, so that the next one's chunks are queued before the last of this one's are done. */
export const BATCHES_IN_FLIGHT = 2;

/**
 * Encodes a long job's chunks in child workflows.
 *
 * @param onEncoded called as each batch is done
 */
export async function encodeInBatches(
  input: EncodeBatchInput,
  onEncoded: (batch: ChunkRun) => void,
): Promise<void> {
  const { rendition, generation, run } = input;
  const alone = {
    ...(rendition === undefined ? {} : { rendition }),
    generation,
    ...(run === undefined ? {} : { run }),
  };
  const tasks = splitRun(input.chunks, CHUNKS_PER_BATCH).map((chunks) => async () => {
    await executeChild<typeof encodeBatch>(WORKFLOW_TYPES.encodeBatch, {
      workflowId: batchWorkflowId(input.jobId, { firstChunk: chunks.firstChunk, ...alone }),
      args: [{ ...input, chunks }],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      // Should an operator terminate the job, its batches still stop their encoders in order.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `chunks ${chunks.firstChunk}-${chunks.firstChunk + chunks.chunkFrames.length - 1}`,
    });
    onEncoded(chunks);
  });
  await runTogether(tasks, BATCHES_IN_FLIGHT);
}
