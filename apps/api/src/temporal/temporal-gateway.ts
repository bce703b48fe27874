import type { LiveUnit, PoolState } from '@framefold/domain';
import type { TranscodeJobInput } from '@framefold/workflows/contract';

/** How a job's workflow stands after {@link TemporalGateway.cancelJob}. */
export type CancelOutcome = 'ended' | 'still-running' | 'not-found';

/** What the API asks of Temporal. Failures are ProblemErrors with TEMPORAL_UNAVAILABLE. */
export interface TemporalGateway {
  /** Starts a job's workflow; one that was started before is left as it is. */
  startJob(input: TranscodeJobInput): Promise<void>;
  /** Asks for a job's cancellation and waits until its workflow has ended, at most `waitMs`. */
  cancelJob(jobId: string, waitMs: number): Promise<CancelOutcome>;
  /** What the running encoders of a job, those of its batches included, last reported. */
  liveUnits(jobId: string): Promise<readonly LiveUnit[]>;
  /** The registered workers and the task queues. */
  pool(): Promise<PoolState>;
  /** What keeps Temporal from running a job now, in a sentence; undefined when nothing does. */
  obstacle(): Promise<string | undefined>;
}
