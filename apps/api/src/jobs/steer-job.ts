import type { ControlAnswer } from '@framefold/workflows/contract';
import { hasEnded } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { type ProblemCode, PROBLEMS } from '../problem/problems.ts';
import type { JobControl } from '../temporal/temporal-gateway.ts';
import { assertPriority } from './assert-priority.ts';
import { ReadJobs } from './read-jobs.ts';

/** Steers running jobs. */
@Injectable()
export class SteerJob {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
  ) {}

  /**
   * Has a job's workflow do something, and answers when it is done.
   *
   * @throws {ProblemError} JOB_NOT_FOUND, JOB_ENDED, JOB_NOT_TRANSCODING, RENDITION_NOT_FOUND, TEMPORAL_UNAVAILABLE
   */
  async steer(caller: Caller, jobId: string, control: JobControl): Promise<ControlAnswer> {
    const { state } = (await this.jobs.catalogueJob(caller, jobId)).job;
    const members = { status: state };
    if (hasEnded(state)) throw new ProblemError('JOB_ENDED', `The job is ${state}.`, { members });
    const outcome = await this.backends.temporal.controlJob(jobId, control);
    if ('answer' in outcome) return outcome.answer;
    const { refusal, reason } = outcome;
    throw new ProblemError(isProblemCode(refusal) ? refusal : 'INTERNAL', reason, { members });
  }

  /**
   * Gives a job another priority, as far as its tenant may have it.
   *
   * @throws {ProblemError} PRIORITY_NOT_GRANTED; and as {@link steer}
   */
  async changePriority(caller: Caller, jobId: string, priority: number): Promise<ControlAnswer> {
    assertPriority(caller, priority);
    return await this.steer(caller, jobId, { update: 'changePriority', value: priority });
  }
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
