import { toView, type JobView } from '@framefold/domain';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  setHandler,
} from '@temporalio/workflow';
import { STATUS_QUERY, type TranscodeJobInput, type TranscodeJobResult } from '../contract/workflows.ts';
import { endPause } from '../controls/controls.ts';
import { keepPieces } from '../discard-later/keep-pieces.ts';
import { conclude } from './conclude.ts';
import { bringToItsEnd } from './ending.ts';
import { takeControls } from './job-controls.ts';
import { JobLog } from './job-log.ts';
import { Redos } from './redos.ts';
import { isNotifiedByCatalogue, notify } from './notify.ts';

const statusQuery = defineQuery<JobView>(STATUS_QUERY);

/**
 * A job from its submission to its end: source, plan, encodes, merge; then clean-up, record and notice.
 *
 * @throws {ApplicationFailure} for a failed job, with the failure code as type, so that it shows as Failed in Temporal
 * @throws {CancelledFailure} for a cancelled job, which then shows as Cancelled
 */
export async function transcodeJob(input: TranscodeJobInput): Promise<TranscodeJobResult> {
  const notifiedByCatalogue = isNotifiedByCatalogue(input);
  const log = new JobLog(input);
  setHandler(statusQuery, () => toView(input.jobId, log.job, [], Date.now()));

  const redos = new Redos(input.redone);
  takeControls(log, redos);

  if (input.run !== undefined) await keepPieces(input);
  const ending = await bringToItsEnd(input, log, redos);
  endPause();
  await CancellationScope.nonCancellable(async () => {
    try {
      await conclude(input, log, ending);
    } finally {
      if (!notifiedByCatalogue) await notify(input, ending.status);
    }
  });
  await condition(allHandlersFinished);

  switch (ending.status) {
    case 'completed':
      return { jobId: input.jobId, status: ending.status };
    case 'failed':
      throw ApplicationFailure.nonRetryable(ending.failure.message, ending.failure.code, ending.failure);
    case 'cancelled':
      throw new CancelledFailure(ending.reason);
  }
}
