import { patched, log as workflowLog } from '@temporalio/workflow';
import { media, recording } from '../activities.ts';
import { discardLater } from '../discard-later/keep-pieces.ts';
import { toFault } from '../faults.ts';
import type { Ending } from './ending.ts';
import type { JobLog } from './job-log.ts';
import type { Product } from './produce.ts';
import type { TranscodeJobInput } from '../contract/workflows.ts';

/** Jobs of earlier versions removed everything at once. */
const KEEP_PIECES = 'keep-pieces-of-failed-jobs';

/**
 * What every job does when it is over, in this order: leave nothing behind that it does not need, record the end, and
 * write the record beside the output, which lets the webhook out. Clients that see the end can rely on the clean-up.
 */
export async function conclude(input: TranscodeJobInput, log: JobLog, ending: Ending): Promise<void> {
  const { jobId, run } = input;
  switch (ending.status) {
    case 'completed':
      if (leavesSource(ending.product)) await discard(jobId, 'source');
      log.append('JobCompleted', { output: ending.product.output });
      break;
    case 'failed':
      if (ending.failure.retryable && patched(KEEP_PIECES)) await discardLater(input);
      else await discard(jobId, 'all');
      log.append('JobFailed', { failure: ending.failure });
      break;
    case 'cancelled':
      await discard(jobId, 'all');
      log.append('JobCancelled', { reason: ending.reason });
      break;
  }
  await log.flush();
  await recording.publishRecord({ jobId, ...(run === undefined ? {} : { run }) });
}

function leavesSource({ source, appended = [], sliced }: Product): boolean {
  return sliced || [source, ...appended].some(({ inPlace }) => !inPlace);
}

/** Left-over files are the operator's to see to; they must not change how a job ended. */
async function discard(jobId: string, what: 'all' | 'source'): Promise<void> {
  try {
    await media.discard({ jobId, what });
  } catch (error) {
    workflowLog.error('could not clean up after the job', { jobId, what, ...toFault(error) });
  }
}
