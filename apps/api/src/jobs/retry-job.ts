import { runsOf } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import type { Submitted } from './job-schemas.ts';
import { ReadJobs } from './read-jobs.ts';
import { SubmitJob } from './submit-job.ts';

/** Runs failed jobs again. */
@Injectable()
export class RetryJob {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
    @Inject(SubmitJob) private readonly submission: SubmitJob,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Starts another run of a failed job. What it had finished is found again, as far as it is kept; its priority and the
   * renditions that were redone stay so.
   *
   * @throws {ProblemError} JOB_NOT_FOUND, JOB_NOT_FAILED, QUOTA_EXCEEDED, TEMPORAL_UNAVAILABLE
   */
  async retry(caller: Caller, jobId: string): Promise<Submitted> {
    const { job } = await this.jobs.catalogueJob(caller, jobId);
    if (job.state !== 'failed' || job.request === undefined) {
      const members = { status: job.state };
      throw new ProblemError('JOB_NOT_FAILED', `The job is ${job.state}.`, { members });
    }
    const { request, batchId, priority, generations } = job;
    const { tenant } = caller;
    const run = runsOf(job);
    await this.submission.start(
      {
        ...{ jobId, request, tenantId: tenant.id, submittedAt: this.now(), run },
        ...(batchId === undefined ? {} : { batchId }),
        ...(priority === undefined ? {} : { priority }),
        ...(generations === undefined ? {} : { redone: generations }),
      },
      tenant,
    );
    return { jobId, status: 'pending' };
  }
}
