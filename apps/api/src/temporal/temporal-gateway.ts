import type { LiveUnit, PoolState } from '@framefold/domain';
import type { DueRun } from '@framefold/platform';
import type {
  CONTROL_UPDATES,
  ControlAnswer,
  DryRunInput,
  DryRunResult,
  TranscodeBatchInput,
  TranscodeJobInput,
} from '@framefold/workflows/contract';
import type { JobsOfTemporal } from './jobs-of-temporal.ts';

/** How a workflow stands after {@link TemporalGateway.cancelJob} or {@link TemporalGateway.cancelBatch}. */
export type CancelOutcome = 'ended' | 'still-running' | 'not-found';

/** An update of a job's workflow, with what it takes. */
export interface JobControl {
  readonly update: keyof typeof CONTROL_UPDATES;
  readonly value?: string | number;
}

export type ControlOutcome =
  { readonly answer: ControlAnswer } | { readonly refusal: string; readonly reason: string };

/** What the API asks of Temporal. Failures are ProblemErrors with TEMPORAL_UNAVAILABLE, or INTERNAL for what Temporal will never take. */
export interface TemporalGateway extends JobsOfTemporal {
  /**
   * Starts a job's workflow; one that was started before is left as it is.
   *
   * @param weight of the job's tenant against others of the same priority, 0.001 to 1000
   */
  startJob(input: TranscodeJobInput, weight: number): Promise<void>;
  /**
   * Starts another run of a job whose last one has failed, as soon as that is wound up, or is not known any more; a run
   * that somebody else has started is left as it is.
   */
  startAgain(input: TranscodeJobInput & { readonly run: number }, weight: number): Promise<void>;
  /**
   * Plans a request, or joins who does so already or has just done so, and waits at most `waitMs`.
   *
   * @returns undefined while it goes on
   */
  dryRun(
    input: DryRunInput & { readonly tenantId: string },
    weight: number,
    waitMs: number,
  ): Promise<DryRunResult | undefined>;
  /** Resolves when a dry run has ended, well or not, or when it cannot be waited for any longer. */
  dryRunEnded(id: string): Promise<void>;
  /** Starts a batch's workflow; one that was started before is left as it is. */
  startBatch(input: TranscodeBatchInput): Promise<void>;
  /** Starts the workflow of a webhook's delivery; one that was started before is left as it is. */
  startDelivery(run: DueRun): Promise<void>;
  /** Asks for a job's cancellation and waits until its workflow has ended, at most `waitMs`. */
  cancelJob(jobId: string, waitMs: number): Promise<CancelOutcome>;
  /** Asks for a job's cancellation and does not wait for it. Says whether there is anything that runs. */
  requestCancel(jobId: string): Promise<boolean>;
  /**
   * Asks for a batch's cancellation and waits until its workflow has ended, at most `waitMs`.
   *
   * @param onAsked called before that wait, as soon as the cancellation cannot be lost any more
   */
  cancelBatch(batchId: string, waitMs: number, onAsked: () => Promise<void>): Promise<CancelOutcome>;
  /**
   * Has a running job's workflow do what an update asks, and waits until it is done.
   *
   * @returns what it answers, or why it refuses (a {@link CONTROL_REFUSALS}, with a sentence)
   */
  controlJob(jobId: string, control: JobControl): Promise<ControlOutcome>;
  /** What workers run of a job, its batches included: what encoders last reported, and steps that report nothing. */
  liveUnits(jobId: string): Promise<readonly LiveUnit[]>;
  /** The registered workers and the task queues. */
  pool(): Promise<PoolState>;
  /** What keeps Temporal from running a job now, in a sentence; undefined when nothing does. */
  obstacle(): Promise<string | undefined>;
}
