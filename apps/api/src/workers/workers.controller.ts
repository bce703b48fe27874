import { storeKeys, toWorkerPool, WorkerPool, WorkerReport } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
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
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listWorkers',
    summary: 'The workers as they last reported themselves, what Temporal knows of them, and the task queues',
  })
  @ApiResponse({ status: 200, standardSchema: WorkerPool, description: 'The pool' })
  @ProblemResponses(503)
  async workers(): Promise<WorkerPool> {
    const [reports, state] = await Promise.all([this.#reports(), this.temporal.state()]);
    return toWorkerPool(reports, state, this.now());
  }

  async #reports(): Promise<WorkerReport[]> {
    const reports: WorkerReport[] = [];
    for await (const { key } of this.store.list(storeKeys.workers())) {
      const report = parseReport(await this.store.get(key));
      if (report !== undefined) reports.push(report);
    }
    return reports;
  }
}

/** Undefined for what another version of the worker wrote in another form: one worker must not hide the rest. */
function parseReport(content: Buffer | undefined): WorkerReport | undefined {
  if (content === undefined) return undefined;
  try {
    return WorkerReport.safeParse(JSON.parse(content.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
