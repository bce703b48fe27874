import { hasEnded } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { LONGEST_WAIT_MS } from '../openapi/goes-on.ts';
import { ProblemError } from '../problem/problem-error.ts';
import type { Cancellation } from './job-schemas.ts';
import { ReadJobs } from './read-jobs.ts';

/** Ends a job for good. */
@Injectable()
export class CancelJob {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
  ) {}

  /**
   * Cancels a job and answers when its encoders are dead and its partial output is gone, or after a while. Calling it again waits on;
   * of a job that was cancelled it says so again.
   *
   * @throws {ProblemError} JOB_NOT_FOUND, JOB_ENDED
   */
  async cancel(caller: Caller, jobId: string): Promise<Cancellation> {
    const { state } = (await this.jobs.catalogueJob(caller, jobId)).job;
    if (state === 'cancelled') return { status: state };
    if (hasEnded(state)) throw ended(state);
    const outcome = await this.backends.temporal.cancelJob(jobId, LONGEST_WAIT_MS);
    if (outcome === 'still-running') return { status: 'cancelling' };
    const now = (await this.jobs.catalogueJob(caller, jobId)).job.state;
    if (now === 'cancelled') return { status: 'cancelled' };
    throw hasEnded(now)
      ? ended(now)
      : new ProblemError(
          'JOB_ENDED',
          'The workflow of the job was ended from outside; the job does not run any more.',
        );
  }
}

function ended(state: string): ProblemError {
  return new ProblemError('JOB_ENDED', `The job is ${state} already.`);
}
