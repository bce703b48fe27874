import { hasEnded } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { LONGEST_WAIT_MS } from '../openapi/goes-on.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { EndOrphanedJob } from './end-orphaned-job.ts';
import { jobNotFound } from './job-id.ts';
import type { Cancellation } from './job-schemas.ts';
import { ReadJobs } from './read-jobs.ts';

/** Ends a job for good. */
@Injectable()
export class CancelJob {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
    @Inject(EndOrphanedJob) private readonly orphans: EndOrphanedJob,
  ) {}

  /**
   * Cancels a job and answers when its encoders are dead and its partial output is gone, or after a while. Calling it again waits on;
   * of a job that was cancelled it says so again. One whose workflow is gone is cancelled by this.
   *
   * @throws {ProblemError} JOB_NOT_FOUND, JOB_ENDED, TEMPORAL_UNAVAILABLE
   * @throws {CodedError} CATALOGUE_UNAVAILABLE, STORE_UNAVAILABLE, STORE_FULL
   */
  async cancel(caller: Caller, jobId: string): Promise<Cancellation> {
    const { state } = (await this.jobs.catalogueJob(caller, jobId)).job;
    if (hasEnded(state) && state !== 'cancelled') throw ended(state);
    if (state !== 'cancelled') {
      const outcome = await this.backends.temporal.cancelJob(jobId, LONGEST_WAIT_MS);
      if (outcome === 'still-running') return { status: 'cancelling' };
    }
    const now = await this.orphans.end(jobId);
    if (now === undefined) throw jobNotFound(jobId);
    if (!hasEnded(now)) return { status: 'cancelling' };
    if (now !== 'cancelled') throw ended(now);
    return { status: now };
  }
}

function ended(state: string): ProblemError {
  return new ProblemError('JOB_ENDED', `The job is ${state} already.`);
}
