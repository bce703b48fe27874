import { toView, type JobView } from '@framefold/domain';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CancellationScope, defineQuery, setHandler } from '@temporalio/workflow';
import { STATUS_QUERY, type TranscodeJobInput, type TranscodeJobResult } from '../contract/workflows.ts';
import { conclude } from './conclude.ts';
import { bringToItsEnd } from './ending.ts';
import { JobLog } from './job-log.ts';

const statusQuery = defineQuery<JobView>(STATUS_QUERY);

/**
 * A job from its submission to its end: source, plan, encodes, merge; then clean-up, record and notice.
 *
 * @throws {ApplicationFailure} for a failed job, with the failure code as type, so that it shows as Failed in Temporal
 * @throws {CancelledFailure} for a cancelled job, which then shows as Cancelled
 */
export async function transcodeJob(input: TranscodeJobInput): Promise<TranscodeJobResult> {
  const log = new JobLog(input);
  setHandler(statusQuery, () => toView(input.jobId, log.job, [], Date.now()));

  const ending = await bringToItsEnd(input, log);
  await CancellationScope.nonCancellable(() => conclude(input, log, ending));

  switch (ending.status) {
    case 'completed':
      return { jobId: input.jobId, status: ending.status };
    case 'failed':
      throw ApplicationFailure.nonRetryable(ending.failure.message, ending.failure.code, ending.failure);
    case 'cancelled':
      throw new CancelledFailure(ending.reason);
  }
}
