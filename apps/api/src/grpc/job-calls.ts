import { type DescMessage, fromJson, type JsonObject, type MessageShape, toJson } from '@bufbuild/protobuf';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import { TranscodeRequestBody, type TranscodeRequest } from '@framefold/domain';
import {
  type CancelJobRequest,
  type DryRunJobRequest,
  DryRunJobResponseSchema,
  type GetJobRequest,
  JobSchema,
  type JobService,
  JobStatusSchema,
  type ListJobsRequest,
  ListJobsRequestSchema,
  type PauseJobRequest,
  type RedoRenditionRequest,
  type ResumeJobRequest,
  type RetryJobRequest,
  type SetJobPriorityRequest,
  type SubmitJobRequest,
  toProto,
  type TranscodeRequest as TranscodeRequestMessage,
  TranscodeRequestSchema,
  type WatchJobRequest,
} from '@framefold/proto';
import { Inject, Injectable } from '@nestjs/common';
import { CancelJob } from '../jobs/cancel-job.ts';
import { DryRunJob } from '../jobs/dry-run-job.ts';
import { FollowJob } from '../jobs/follow-job.ts';
import { parseIdempotencyKey } from '../jobs/idempotency-key.ts';
import { JobChanges, JobQuery } from '../jobs/job-schemas.ts';
import { ReadJobs } from '../jobs/read-jobs.ts';
import { RetryJob } from '../jobs/retry-job.ts';
import { SteerJob } from '../jobs/steer-job.ts';
import { SubmitJob } from '../jobs/submit-job.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { parseDocument, validationProblem } from '../problem/validation-problem.ts';
import { callerOf } from './call.ts';

/** The calls of `framefold.v1.JobService`: what the controllers of jobs do, with messages for documents. */
@Injectable()
export class JobCalls implements ServiceImpl<typeof JobService> {
  constructor(
    @Inject(SubmitJob) private readonly submission: SubmitJob,
    @Inject(DryRunJob) private readonly dryRuns: DryRunJob,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
    @Inject(FollowJob) private readonly following: FollowJob,
    @Inject(CancelJob) private readonly cancellation: CancelJob,
    @Inject(SteerJob) private readonly steering: SteerJob,
    @Inject(RetryJob) private readonly retries: RetryJob,
  ) {}

  async submitJob({ request, idempotencyKey }: SubmitJobRequest, context: HandlerContext) {
    const key = parseIdempotencyKey(idempotencyKey, 'idempotencyKey');
    return this.submission.submit(callerOf(context), requestOf(request), key);
  }

  async dryRunJob({ request }: DryRunJobRequest, context: HandlerContext) {
    const document = await this.dryRuns.run(callerOf(context), requestOf(request));
    if (document === undefined)
      throw new ProblemError('DRY_RUN_PENDING', 'The source is still being fetched or measured.');
    return messageOf(DryRunJobResponseSchema, document);
  }

  async getJob({ jobId }: GetJobRequest, context: HandlerContext) {
    return { job: messageOf(JobSchema, await this.jobs.job(callerOf(context), jobId)) };
  }

  async listJobs(request: ListJobsRequest, context: HandlerContext) {
    const { status } = request;
    const query = {
      ...documentOf(ListJobsRequestSchema, request),
      ...(status.length === 0 ? {} : { status: status.join(',') }),
    };
    const { jobs, ...more } = await this.jobs.list(callerOf(context), parseDocument(JobQuery, query));
    return { jobs: jobs.map((job) => messageOf(JobSchema, job)), ...more };
  }

  async *watchJob({ jobId, afterPosition = -1 }: WatchJobRequest, context: HandlerContext) {
    const { signal } = context;
    for await (const message of this.following.messages(callerOf(context), jobId, afterPosition, signal)) {
      switch (message.kind) {
        case 'event':
          yield { message: { case: 'event', value: toProto(message.recorded) } } as const;
          break;
        case 'progress':
          yield {
            message: { case: 'progress', value: messageOf(JobStatusSchema, message.progress) },
          } as const;
          break;
        case 'end':
          yield { message: { case: 'end', value: { status: message.status } } } as const;
          return;
      }
    }
    signal.throwIfAborted();
    // A stream that simply ended would look like a job that has.
    throw new ProblemError('NOT_READY', 'The service is being stopped.');
  }

  async cancelJob({ jobId }: CancelJobRequest, context: HandlerContext) {
    return this.cancellation.cancel(callerOf(context), jobId);
  }

  async pauseJob({ jobId }: PauseJobRequest, context: HandlerContext) {
    return this.steering.steer(callerOf(context), jobId, { update: 'pause' });
  }

  async resumeJob({ jobId }: ResumeJobRequest, context: HandlerContext) {
    return this.steering.steer(callerOf(context), jobId, { update: 'resume' });
  }

  async setJobPriority({ jobId, ...changes }: SetJobPriorityRequest, context: HandlerContext) {
    const { priority } = parseDocument(JobChanges, { priority: changes.priority });
    return this.steering.changePriority(callerOf(context), jobId, priority);
  }

  async retryJob({ jobId }: RetryJobRequest, context: HandlerContext) {
    return this.retries.retry(callerOf(context), jobId);
  }

  async redoRendition({ jobId, rendition }: RedoRenditionRequest, context: HandlerContext) {
    return this.steering.steer(callerOf(context), jobId, { update: 'redoRendition', value: rendition });
  }
}

/** @throws {ProblemError} VALIDATION_FAILED */
function requestOf(message: TranscodeRequestMessage | undefined): TranscodeRequest {
  const body = message === undefined ? {} : documentOf(TranscodeRequestSchema, message);
  return parseDocument(TranscodeRequestBody, body);
}

/**
 * A message as the document that HTTP would have: what is left at zero or empty is not in it.
 *
 * @throws {ProblemError} VALIDATION_FAILED where JSON has no such value
 */
function documentOf<D extends DescMessage>(schema: D, message: MessageShape<D>): JsonObject {
  try {
    return toJson(schema, message) as JsonObject;
  } catch (error) {
    throw validationProblem([{ path: '', message: String(error) }]);
  }
}

/** @throws {Error} when the document has a field that the message has not; agreement.spec.ts keeps that from happening */
function messageOf<D extends DescMessage>(schema: D, document: object): MessageShape<D> {
  return fromJson(schema, document as JsonObject);
}
