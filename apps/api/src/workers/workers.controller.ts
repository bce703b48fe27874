import { workerReports } from '@framefold/activities';
import { toWorkerPool, WorkerPool } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { InstallationScope } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { CLOCK, type Clock, STORE } from '../tokens.ts';
import { TemporalPool } from './temporal-pool.ts';

@ApiTags('workers')
@Controller('api/workers')
export class WorkersController {
  constructor(
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(TemporalPool) private readonly temporal: TemporalPool,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Get()
  @InstallationScope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listWorkers',
    summary: 'The workers as they last reported themselves, what Temporal knows of them, and the task queues',
  })
  @ApiResponse({ status: 200, standardSchema: WorkerPool, description: 'The pool' })
  @ProblemResponses(503)
  async workers(): Promise<WorkerPool> {
    const [reports, state] = await Promise.all([workerReports(this.store), this.temporal.state()]);
    return toWorkerPool(reports, state, this.now());
  }
}
