import { DescribedBatchRequest } from '@framefold/domain';
import {
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
  Req,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { IdempotencyKeyHeader, parseIdempotencyKey } from '../jobs/idempotency-key.ts';
import { type Cancellation, Cancelled, Cancelling } from '../jobs/job-schemas.ts';
import { TakesManifest } from '../bodies/read-body.ts';
import { goesOn, GoesOnResponse } from '../openapi/goes-on.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { toSchema } from '../openapi/to-schema.ts';
import { BatchDocument, BatchList, BatchListQuery, BatchQuery, SubmittedBatch } from './batch-schemas.ts';
import { CancelBatch } from './cancel-batch.ts';
import { ReadBatches } from './read-batches.ts';
import { readManifest } from './read-manifest.ts';
import { SubmitBatch } from './submit-batch.ts';

@ApiTags('batches')
@Controller('api/batches')
export class BatchesController {
  constructor(
    @Inject(SubmitBatch) private readonly submission: SubmitBatch,
    @Inject(ReadBatches) private readonly batches: ReadBatches,
    @Inject(CancelBatch) private readonly cancellation: CancelBatch,
  ) {}

  @Post()
  @Scope('submit')
  @TakesManifest()
  @ApiOperation({
    operationId: 'submitBatch',
    summary: 'Submit many jobs by one manifest',
    requestBody: {
      required: true,
      description: 'What is wrong with a job is named by its place from 0, e.g. `jobs[17].sourceUrl`',
      content: {
        'application/json': {
          schema: toSchema(DescribedBatchRequest, 'input'),
          example: { labels: ['night'], jobs: [{ sourceUrl: 'https://media.example/a.mp4' }] },
        },
        'text/csv': {
          schema: { type: 'string', description: 'A header row of fields of a job, and a row for each' },
          example: 'sourceUrl,priority,labels\nhttps://media.example/a.mp4,3,films;night\n',
        },
      },
    },
  })
  @IdempotencyKeyHeader('The same key and manifest give the same batch')
  @ApiResponse({
    status: 201,
    standardSchema: SubmittedBatch,
    description: 'The batch is durable from now on',
  })
  @ProblemResponses(400, 404, 409, 413, 503)
  submit(
    @CalledBy() caller: Caller,
    @Req() { body }: Request,
    @Query({ schema: BatchQuery }) query: BatchQuery,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<SubmittedBatch> {
    return this.submission.submit(caller, readManifest(body, query), parseIdempotencyKey(key));
  }

  @Get()
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listBatches', summary: 'List batches, newest first' })
  @ApiResponse({ status: 200, standardSchema: BatchList, description: 'A page of batches' })
  @ProblemResponses(400, 404, 503)
  list(
    @CalledBy() caller: Caller,
    @Query({ schema: BatchListQuery }) query: BatchListQuery,
  ): Promise<BatchList> {
    return this.batches.list(caller, query);
  }

  @Get(':id')
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getBatch', summary: 'A batch with its progress and failures' })
  @ApiResponse({ status: 200, standardSchema: BatchDocument, description: 'The batch' })
  @ProblemResponses(404, 503)
  batch(@CalledBy() caller: Caller, @Param('id') batchId: string): Promise<BatchDocument> {
    return this.batches.batch(caller, batchId);
  }

  @Delete(':id')
  @HttpCode(200)
  @Scope('operate')
  @ApiOperation({
    operationId: 'cancelBatch',
    summary: 'Cancel all jobs of a batch; answers when none of them runs any more',
  })
  @ApiResponse({ status: 200, standardSchema: Cancelled, description: 'The batch is cancelled' })
  @GoesOnResponse(Cancelling)
  @ProblemResponses(404, 409, 503)
  async cancel(
    @CalledBy() caller: Caller,
    @Param('id') batchId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Cancellation> {
    const answer = await this.cancellation.cancel(caller, batchId);
    if (answer.status === 'cancelling') goesOn(response);
    return answer;
  }
}
