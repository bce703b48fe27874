import { storeKeys, TranscodeRequestBody, type TranscodeRequest } from '@framefold/domain';
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
} from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { STORE } from '../tokens.ts';
import { CancelJob } from './cancel-job.ts';
import { parseIdempotencyKey } from './idempotency-key.ts';
import { Cancelled, JobDocument, JobList, JobQuery, Submitted } from './job-schemas.ts';
import { prefixUris } from './prefix-uris.ts';
import { ReadJobs } from './read-jobs.ts';
import { SubmitJob } from './submit-job.ts';

@ApiTags('jobs')
@Controller('api')
export class JobsController {
  constructor(
    @Inject(SubmitJob) private readonly submission: SubmitJob,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
    @Inject(CancelJob) private readonly cancellation: CancelJob,
    @Inject(STORE) private readonly store: ObjectStore,
  ) {}

  @Post('transcode')
  @ApiOperation({ operationId: 'transcode', summary: 'Submit a job' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same job',
  })
  @ApiResponse({ status: 201, standardSchema: Submitted, description: 'The job is durable from now on' })
  @ProblemResponses(400, 409, 413, 503)
  submit(
    @Body({ schema: TranscodeRequestBody }) request: TranscodeRequest,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<Submitted> {
    return this.submission.submit(request, parseIdempotencyKey(key));
  }

  @Get('jobs')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listJobs', summary: 'List jobs, newest first' })
  @ApiResponse({ status: 200, standardSchema: JobList, description: 'A page of jobs' })
  @ProblemResponses(400, 503)
  list(@Query({ schema: JobQuery }) query: JobQuery): Promise<JobList> {
    return this.jobs.list(query);
  }

  @Get('jobs/:id')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getJob', summary: 'A job with its progress, plan, renditions and segments' })
  @ApiResponse({ status: 200, standardSchema: JobDocument, description: 'The job' })
  @ProblemResponses(404, 503)
  job(@Param('id') jobId: string): Promise<JobDocument> {
    return this.jobs.job(jobId);
  }

  @Get('jobs/:id/manifest')
  @Header('Content-Type', 'application/vnd.apple.mpegurl')
  @Header('Cache-Control', 'no-cache')
  @ApiOperation({ operationId: 'getManifest', summary: 'The HLS master playlist of a complete job' })
  @ApiResponse({
    status: 200,
    description: 'The playlist',
    content: { 'application/vnd.apple.mpegurl': { schema: { type: 'string' } } },
  })
  @ProblemResponses(404, 409, 503)
  async manifest(@Param('id') jobId: string): Promise<string> {
    const { job } = await this.jobs.catalogueJob(jobId);
    if (job.state !== 'completed' || job.output === undefined) {
      const members = { status: job.state };
      throw new ProblemError('JOB_NOT_COMPLETE', `The job is ${job.state}; it has no manifest.`, { members });
    }
    const master = await this.store.get(storeKeys.outputFile(jobId, job.output.master));
    if (master === undefined)
      throw new ProblemError('FILE_NOT_FOUND', 'The output of the job is not in the store any more.');
    return prefixUris(master.toString('utf8'), `/media/${jobId}/`);
  }

  @Delete('jobs/:id')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelJob',
    summary: 'Cancel a job; answers when nothing of it runs any more',
  })
  @ApiResponse({ status: 200, standardSchema: Cancelled, description: 'The job is cancelled' })
  @ProblemResponses(404, 409, 503, 504)
  cancel(@Param('id') jobId: string): Promise<Cancelled> {
    return this.cancellation.cancel(jobId);
  }
}
