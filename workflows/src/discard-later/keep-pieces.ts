import { getExternalWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { discardWorkflowId, WORKFLOW_TYPES, type TranscodeJobInput } from '../contract/workflows.ts';
import type { discardLater as discardLaterWorkflow } from './discard-later.ts';

/** How long the pieces of a job that failed are kept, in hours. */
const KEEP_HOURS = 72;

/** Has the pieces of this run removed, if the job isn't run again in the meantime. */
export async function discardLater({
  jobId,
  run,
  keepFailedHours = KEEP_HOURS,
}: TranscodeJobInput): Promise<void> {
  await startChild<typeof discardLaterWorkflow>(WORKFLOW_TYPES.discardLater, {
    workflowId: discardWorkflowId(jobId, run),
    args: [{ jobId, afterHours: keepFailedHours }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `what is left of ${jobId}`,
  });
}

/** Keeps what the run before has left. Where it is gone already, everything is made anew. */
export async function keepPieces({ jobId, run = 0 }: TranscodeJobInput): Promise<void> {
  try {
    await getExternalWorkflowHandle(discardWorkflowId(jobId, run - 1)).cancel();
  } catch {
    // It is over, or there never was one: the failure had nothing to keep.
  }
}
