import { FAILURES, type FailureClass, type FailureCode } from '@framefold/domain';
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';

/** A failure of Temporal's in Framefold's words. */
export interface Fault {
  readonly code: FailureCode;
  readonly message: string;
}

/** Whether a text is one of Framefold's failure codes. */
function isFailureCode(text: string | null | undefined): text is FailureCode {
  return typeof text === 'string' && Object.hasOwn(FAILURES, text);
}

/**
 * The one map from Temporal's failures to failure codes. Activities put the code into an ApplicationFailure's `type`
 * and the sentence into its message; Temporal wraps that once for the activity and once for each child workflow.
 *
 * @throws what is no failure of Temporal's: a bug in workflow code must fail the workflow task, which is tried again
 * after a fixed deployment, and never the job
 */
export function toFault(error: unknown): Fault {
  if (!(error instanceof TemporalFailure)) throw error;
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    return error.cause === undefined ? { code: 'INTERNAL', message: error.message } : toFault(error.cause);
  }
  if (error instanceof ApplicationFailure && isFailureCode(error.type)) {
    return { code: error.type, message: error.message };
  }
  if (error instanceof TimeoutFailure && error.timeoutType === 'HEARTBEAT') {
    return { code: 'WORKER_LOST', message: 'Workers stopped answering while they ran this step.' };
  }
  if (error instanceof TerminatedFailure) {
    return { code: 'INTERNAL', message: 'An operator ended a part of the job.' };
  }
  return { code: 'INTERNAL', message: error.message };
}

/** The class of a fault, by its code. */
export function classOf(fault: Fault): FailureClass {
  return FAILURES[fault.code].class;
}
