import { Body, Controller, HttpCode, Inject, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { JobChanges, Steered, Submitted } from './job-schemas.ts';
import { RetryJob } from './retry-job.ts';
import { SteerJob } from './steer-job.ts';

/** Calls by which operators steer a job. */
@ApiTags('jobs')
@Controller('api/jobs/:id')
export class SteerJobController {
  constructor(
    @Inject(SteerJob) private readonly jobs: SteerJob,
    @Inject(RetryJob) private readonly retries: RetryJob,
  ) {}

  @Post('pause')
  @Scope('operate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'pauseJob',
    summary: 'Begin nothing more of a job; encoders that run finish their chunks',
  })
  @ApiResponse({ status: 200, standardSchema: Steered, description: 'The job is paused' })
  @ProblemResponses(404, 409, 503)
  pause(@CalledBy() caller: Caller, @Param('id') jobId: string): Promise<Steered> {
    return this.jobs.steer(caller, jobId, { update: 'pause' });
  }

  @Post('resume')
  @Scope('operate')
  @HttpCode(200)
  @ApiOperation({ operationId: 'resumeJob', summary: 'Go on with a paused job' })
  @ApiResponse({ status: 200, standardSchema: Steered, description: 'The job goes on' })
  @ProblemResponses(404, 409, 503)
  resume(@CalledBy() caller: Caller, @Param('id') jobId: string): Promise<Steered> {
    return this.jobs.steer(caller, jobId, { update: 'resume' });
  }

  @Post('retry')
  @Scope('operate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'retryJob',
    summary: 'Run a failed job again, from the point of its failure as far as its pieces are kept',
  })
  @ApiResponse({ status: 200, standardSchema: Submitted, description: 'The job is durable again' })
  @ProblemResponses(404, 409, 503)
  retry(@CalledBy() caller: Caller, @Param('id') jobId: string): Promise<Submitted> {
    return this.retries.retry(caller, jobId);
  }

  @Patch()
  @Scope('operate')
  @ApiOperation({
    operationId: 'changeJob',
    summary: 'Give what waits of a running job, and what comes, another priority',
  })
  @ApiResponse({ status: 200, standardSchema: Steered, description: 'The queues know' })
  @ProblemResponses(400, 404, 409, 503)
  change(
    @CalledBy() caller: Caller,
    @Param('id') jobId: string,
    @Body({ schema: JobChanges }) { priority }: JobChanges,
  ): Promise<Steered> {
    return this.jobs.changePriority(caller, jobId, priority);
  }

  @Post('renditions/:name/redo')
  @Scope('operate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'redoRendition',
    summary: 'Encode a video rendition of a running job again, from its first chunk, in software',
  })
  @ApiResponse({
    status: 200,
    standardSchema: Steered,
    description: 'It will be encoded again before the job is merged',
  })
  @ProblemResponses(404, 409, 503)
  redo(
    @CalledBy() caller: Caller,
    @Param('id') jobId: string,
    @Param('name') name: string,
  ): Promise<Steered> {
    return this.jobs.steer(caller, jobId, { update: 'redoRendition', value: name });
  }
}
