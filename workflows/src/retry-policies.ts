import type { RetryPolicy } from '@temporalio/common';

/** Platform faults: 1 s doubling to 60 s, for as long as it takes. */
const PATIENT = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '60 seconds',
} as const;

/**
 * Every retry policy of the workflows. None limits attempts: a drained worker and a paused activity each use one up
 * without any fault. What can't get better is thrown non-retryable by the activity boundary (terminal and encoder
 * faults), so only platform faults ever meet these policies. None limits the total time either, since Temporal counts
 * time in the queue as part of it; each attempt is bounded by its own time-out and by heartbeats.
 */
export const RETRY_POLICIES = {
  /** Safe: events are keyed by (job, stream, sequence) and published files are written whole, so repeating changes nothing. */
  record: PATIENT,
  /** Safe: it only reads. */
  ask: PATIENT,
  /** Safe: telling the server twice changes nothing. */
  tend: PATIENT,
  /** Safe: a job's id follows from its batch and place, so that starting it again starts nothing; the rest only asks and marks. */
  batch: PATIENT,
  /** Safe: each media activity replaces whole objects with what follows from its input alone. */
  media: PATIENT,
  /** Safe: the one commit record per unit and generation is put conditionally; another attempt finds it and returns it. */
  encode: PATIENT,
  /** Safe: as `encode`, by the one record of measurements per chunk. */
  measure: PATIENT,
  /** Safe: the receiver tells repeats by the delivery's id, and an attempt on record is not made again. */
  webhook: PATIENT,
} as const satisfies Record<string, RetryPolicy>;

/**
 * How often the workflow schedules a unit of encode work again after the encoder itself broke on it. Safe as `encode`
 * is; few, because an encoder that broke four times on the same frames will break again.
 */
export const ENCODER_FAULT_RETRIES = 3;

/** Pause before an encoder's nth retry: 1, 2, 4 ... up to 60 seconds, so that a machine short of memory may recover. */
export function encoderRetryDelaySeconds(retry: number): number {
  return Math.min(2 ** (retry - 1), 60);
}
