import { hasEnded } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import type { Cancelled } from './job-schemas.ts';
import { ReadJobs } from './read-jobs.ts';

/** How long a request waits for the encoders to be dead and the partial output to be gone. */
const CANCEL_WAIT_MS = 15_000;

/** Ends a job for good. */
@Injectable()
export class CancelJob {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
  ) {}

  /**
   * Cancels a job and answers when nothing of it runs any more. Calling it again while it goes on waits on.
   *
   * @throws {ProblemError} JOB_NOT_FOUND, JOB_ENDED, CANCEL_PENDING
   */
  async cancel(jobId: string): Promise<Cancelled> {
    const { state } = (await this.jobs.catalogueJob(jobId)).job;
    if (hasEnded(state)) throw ended(state);
    const outcome = await this.backends.temporal.cancelJob(jobId, CANCEL_WAIT_MS);
    if (outcome === 'still-running') {
      throw new ProblemError('CANCEL_PENDING', 'The job is still being cancelled.', {
        headers: { 'Retry-After': '1' },
      });
    }
    const now = (await this.jobs.catalogueJob(jobId)).job.state;
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
