import { DryRun, storeKeys, TranscodeRequestBody, type TranscodeRequest } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { Playback } from '../media/playback.ts';
import { goesOn, GoesOnResponse } from '../openapi/goes-on.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { STORE } from '../tokens.ts';
import { CancelJob } from './cancel-job.ts';
import { DryRunJob } from './dry-run-job.ts';
import { IdempotencyKeyHeader, parseIdempotencyKey } from './idempotency-key.ts';
import {
  type Cancellation,
  Cancelled,
  Cancelling,
  JobDocument,
  JobList,
  JobQuery,
  SubmitQuery,
  Submitted,
  Planning,
} from './job-schemas.ts';
import { prefixUris } from './prefix-uris.ts';
import { ReadJobs } from './read-jobs.ts';
import { SubmitJob } from './submit-job.ts';

@ApiTags('jobs')
@Controller('api')
export class JobsController {
  constructor(
    @Inject(SubmitJob) private readonly submission: SubmitJob,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
    @Inject(DryRunJob) private readonly dryRuns: DryRunJob,
    @Inject(CancelJob) private readonly cancellation: CancelJob,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(Playback) private readonly playback: Playback,
  ) {}

  @Post('transcode')
  @Scope('submit')
  @ApiOperation({ operationId: 'transcode', summary: 'Submit a job' })
  @IdempotencyKeyHeader('The same key and body give the same job')
  @ApiResponse({ status: 200, standardSchema: DryRun, description: 'What the job would be' })
  @ApiResponse({ status: 201, standardSchema: Submitted, description: 'The job is durable from now on' })
  @GoesOnResponse(Planning)
  @ProblemResponses(400, 404, 409, 413, 503)
  async submit(
    @CalledBy() caller: Caller,
    @Body({ schema: TranscodeRequestBody }) request: TranscodeRequest,
    @Query({ schema: SubmitQuery }) { validateOnly }: SubmitQuery,
    @Headers('idempotency-key') header: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Submitted | DryRun | Planning> {
    // A dry run refuses what a submission would refuse, though it needs no key.
    const key = parseIdempotencyKey(header);
    if (validateOnly === 'false') return await this.submission.submit(caller, request, key);
    response.status(200);
    const result = await this.dryRuns.run(caller, request);
    if (result !== undefined) return result;
    goesOn(response);
    return { status: 'planning' };
  }

  @Get('jobs')
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listJobs', summary: 'List jobs, newest first' })
  @ApiResponse({ status: 200, standardSchema: JobList, description: 'A page of jobs' })
  @ProblemResponses(400, 404, 503)
  list(@CalledBy() caller: Caller, @Query({ schema: JobQuery }) query: JobQuery): Promise<JobList> {
    return this.jobs.list(caller, query);
  }

  @Get('jobs/:id')
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getJob', summary: 'A job with its progress, plan, renditions and segments' })
  @ApiResponse({ status: 200, standardSchema: JobDocument, description: 'The job' })
  @ProblemResponses(404, 503)
  job(@CalledBy() caller: Caller, @Param('id') jobId: string): Promise<JobDocument> {
    return this.jobs.job(caller, jobId);
  }

  @Get('jobs/:id/manifest')
  @Scope('read')
  @Header('Content-Type', 'application/vnd.apple.mpegurl')
  @Header('Cache-Control', 'no-cache')
  @ApiOperation({ operationId: 'getManifest', summary: 'The HLS master playlist of a complete job' })
  @ApiResponse({
    status: 200,
    description: 'The playlist',
    content: { 'application/vnd.apple.mpegurl': { schema: { type: 'string' } } },
  })
  @ProblemResponses(404, 409, 503)
  async manifest(@CalledBy() caller: Caller, @Param('id') jobId: string): Promise<string> {
    const { job } = await this.jobs.catalogueJob(caller, jobId);
    if (job.state !== 'completed' || job.output === undefined) {
      const members = { status: job.state };
      throw new ProblemError('JOB_NOT_COMPLETE', `The job is ${job.state}; it has no manifest.`, { members });
    }
    const master = await this.store.get(storeKeys.outputFile(jobId, job.output.master));
    if (master === undefined)
      throw new ProblemError('FILE_NOT_FOUND', 'The output of the job is not in the store any more.');
    return prefixUris(master.toString('utf8'), `/media/${jobId}/`, this.playback.query(jobId));
  }

  @Delete('jobs/:id')
  @HttpCode(200)
  @Scope('operate')
  @ApiOperation({
    operationId: 'cancelJob',
    summary: 'Cancel a job; answers when nothing of it runs any more',
  })
  @ApiResponse({ status: 200, standardSchema: Cancelled, description: 'The job is cancelled' })
  @GoesOnResponse(Cancelling)
  @ProblemResponses(404, 409, 503)
  async cancel(
    @CalledBy() caller: Caller,
    @Param('id') jobId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Cancellation> {
    const answer = await this.cancellation.cancel(caller, jobId);
    if (answer.status === 'cancelling') goesOn(response);
    return answer;
  }
}
