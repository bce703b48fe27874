import { activityInfo, Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { CodedError, FAILURES, type FailureCode } from '@framefold/domain';

/** An unexpected error may be a passing one: by then it is not, and the job fails by it. */
const LAST_ATTEMPT = 5;

/** No faults but a way to be called again: when, however often that has happened. */
const CALL_AGAIN: Partial<Record<FailureCode, '1 second' | '2 seconds'>> = {
  /** A task that is left to others comes back to the queue soon. */
  WORKER_BUSY: '1 second',
  /** Jobs take longer. */
  BATCH_RUNNING: '2 seconds',
};

/**
 * The one map from faults to Temporal's failures. Platform faults are retried by the server, for as long as it takes;
 * terminal ones by nobody; encoder faults by the workflow, which counts them, so the server must not.
 *
 * @param attempt which attempt of the activity this was, from 1
 * @param lastAttempt from which on an unexpected error is terminal
 */
export function toApplicationFailure(
  error: unknown,
  attempt: number,
  lastAttempt = LAST_ATTEMPT,
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof CodedError) {
    const nextRetryDelay = CALL_AGAIN[error.code];
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: FAILURES[error.code].class !== 'platform',
      details: [error.detail],
      cause: error,
      // Benign failures are counted and logged as none.
      ...(nextRetryDelay === undefined
        ? {}
        : { nextRetryDelay, category: ApplicationFailureCategory.BENIGN }),
    });
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({
    type: 'INTERNAL',
    message: `An unexpected error: ${cause.message}`,
    nonRetryable: attempt >= lastAttempt,
    cause,
  });
}

type Activity = (input: never) => Promise<unknown>;

/**
 * The same activities, with every fault turned into Temporal's terms: the only boundary where that happens.
 *
 * @param lastAttempt from which on an unexpected error is terminal
 */
export function withFailures<A extends { readonly [K in keyof A]: Activity }>(
  activities: A,
  lastAttempt?: number,
): A {
  const wrapped = Object.entries<Activity>(activities).map(([name, activity]): [string, Activity] => [
    name,
    async (input) => {
      try {
        return await activity(input);
      } catch (error) {
        // What fails because it was cancelled is cancelled: Temporal knows it by its own failure alone.
        if (Context.current().cancellationSignal.aborted) await Context.current().cancelled;
        throw toApplicationFailure(error, activityInfo().attempt, lastAttempt);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as unknown as A;
}
