import type { TranscodeJobInput } from '@framefold/workflows/contract';

/** How activities start and end the jobs of batches: in the very way in which the API does with single ones. */
export interface BatchedJobs {
  /**
   * Starts a job of a tenant; one that was started before is left as it is.
   *
   * @throws {CodedError} BATCH_RUNNING while a quota leaves no room for it, TEMPORAL_UNAVAILABLE, CATALOGUE_UNAVAILABLE;
   *   INTERNAL for one that can never be started
   */
  startJob(input: TranscodeJobInput & { readonly tenantId: string }): Promise<void>;
  /**
   * Asks for a job's cancellation and does not wait for it; one whose workflow is gone is recorded as cancelled. Says
   * whether there is anything that runs.
   *
   * @throws {CodedError} TEMPORAL_UNAVAILABLE, CATALOGUE_UNAVAILABLE, STORE_UNAVAILABLE, STORE_FULL
   */
  requestCancel(jobId: string): Promise<boolean>;
}
