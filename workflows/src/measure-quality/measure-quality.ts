import type { Warning } from '@framefold/domain';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
} from '@temporalio/workflow';
import type { PlanRef } from '../contract/activities.ts';
import {
  measureWorkflowId,
  WORKFLOW_TYPES,
  type MeasureBatchInput,
  type TranscodeJobInput,
} from '../contract/workflows.ts';
import { BATCHES_IN_FLIGHT, CHUNKS_PER_BATCH } from '../encode-batch/encode-in-batches.ts';
import { runTogether } from '../encode-batch/run-together.ts';
import { splitRun } from '../encode-batch/split-run.ts';
import { toFault } from '../faults.ts';
import type { JobLog } from '../transcode-job/job-log.ts';
import type { measureBatch } from './measure-batch.ts';
import { measureChunks } from './measure-chunks.ts';

/**
 * Compares the encoded picture with its source, where the request wants a quality report. What goes wrong with that
 * leaves the job a warning and its output: the encodes are worth more than their numbers.
 *
 * @param work all of the plan's chunks
 * @returns whether every chunk has been measured
 */
export async function measureQuality(
  { request }: TranscodeJobInput,
  { frozen }: PlanRef,
  work: MeasureBatchInput,
  log: JobLog,
): Promise<boolean> {
  if (!request.qualityReport) return false;
  const warn = (code: Warning['code'], message: string): void =>
    log.append('WarningRaised', { warning: { code, message } });
  if (frozen.chunks.length === 0) {
    warn('QUALITY_NOT_MEASURED', 'There is no quality report: the output has no picture.');
    return false;
  }
  try {
    await measureAll(work);
  } catch (error) {
    // Once the job is being stopped, steps may fail in any way.
    if (CancellationScope.current().consideredCancelled) throw error;
    const { code, message } = toFault(error);
    warn('QUALITY_NOT_MEASURED', `There is no quality report: ${code}: ${message}`);
    return false;
  }
  const inHdr = frozen.renditions.filter(({ dynamicRange }) => dynamicRange !== undefined);
  if (inHdr.length > 0) {
    const names = inHdr.map(({ name }) => name).join(', ');
    warn('VMAF_NOT_MEASURED', `VMAF has no model for HDR: ${names} have PSNR and SSIM alone.`);
  }
  return true;
}

async function measureAll(work: MeasureBatchInput): Promise<void> {
  if (work.chunks.chunkFrames.length <= CHUNKS_PER_BATCH) return measureChunks(work);
  const tasks = splitRun(work.chunks, CHUNKS_PER_BATCH).map((chunks) => async () => {
    const { firstChunk, chunkFrames } = chunks;
    await executeChild<typeof measureBatch>(WORKFLOW_TYPES.measureBatch, {
      workflowId: measureWorkflowId(work.jobId, firstChunk),
      args: [{ ...work, chunks }],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `quality of chunks ${firstChunk}-${firstChunk + chunkFrames.length - 1}`,
    });
  });
  await runTogether(tasks, BATCHES_IN_FLIGHT);
}
