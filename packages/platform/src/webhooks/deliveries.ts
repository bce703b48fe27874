import type { Delivery, DeliveryAttempt, NewDelivery, NextStep } from '@framefold/domain';

/** A delivery with what its sender needs. */
export interface StoredDelivery extends Delivery {
  readonly tenantId: string;
  readonly body: string;
  /** 0 for the first run, raised each time that it is sent again. */
  readonly run: number;
  /** ms since the epoch. */
  readonly runBeganAt: number;
  /** Attempts of this run that are on record. */
  readonly attemptsOfRun: number;
}

/** A run of a delivery, which one workflow carries out. */
export interface DeliveryRun {
  readonly id: string;
  readonly run: number;
}

/** A run that waits for its workflow. */
export interface DueRun extends DeliveryRun {
  readonly tenantId: string;
  readonly jobId: string;
  readonly event: Delivery['event'];
}

/** An attempt of a run. */
export interface RunAttempt extends DeliveryRun {
  /** From 1. */
  readonly attempt: number;
}

/**
 * The webhooks of all jobs and the attempts to deliver them. Times are ms since the epoch. Every call can be repeated;
 * what is said of a run that was superseded by another changes nothing. Failures are CodedErrors with
 * CATALOGUE_UNAVAILABLE.
 */
export interface Deliveries {
  /** Adds deliveries; those whose id is known are passed over. */
  add(deliveries: readonly NewDelivery[]): Promise<void>;
  /** Runs whose workflow is to be started, in the order of their time. */
  due(now: number, limit: number): Promise<readonly DueRun[]>;
  /** Notes that the workflow of a run has been started. */
  markStarted(run: DeliveryRun): Promise<void>;
  /** Makes what waits of a job due at once. */
  release(jobId: string): Promise<void>;
  /** In the order of the job's log. */
  ofJob(jobId: string): Promise<readonly Delivery[]>;
  find(id: string): Promise<StoredDelivery | undefined>;
  /** Puts an attempt on record, with what follows on it. */
  recordAttempt(attempt: RunAttempt, made: DeliveryAttempt, next: NextStep): Promise<void>;
  /** Ends a run without an attempt. */
  skip(run: DeliveryRun): Promise<void>;
  /** Begins another run, which is due at once; the one before is over. An unknown id is no error. */
  sendAgain(id: string, now: number): Promise<void>;
}
