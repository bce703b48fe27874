import { storeKeys, WorkerReport } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { CLOCK, type Clock, STORE } from '../tokens.ts';
import { toWorkerPool, WorkerPool } from './worker-views.ts';

@ApiTags('workers')
@Controller('api/workers')
export class WorkersController {
  constructor(
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listWorkers', summary: 'The workers, as they last reported themselves' })
  @ApiResponse({ status: 200, standardSchema: WorkerPool, description: 'The pool' })
  @ProblemResponses(503)
  async workers(): Promise<WorkerPool> {
    const reports: WorkerReport[] = [];
    for await (const { key } of this.store.list(storeKeys.workers())) {
      const report = parseReport(await this.store.get(key));
      if (report !== undefined) reports.push(report);
    }
    return toWorkerPool(reports, this.now());
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
