import type { Metrics } from '@framefold/telemetry';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { InstallationScope, Open } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { METRICS } from '../tokens.ts';
import { Readiness } from './readiness.ts';

const Healthy = z.object({ status: z.literal('ok') });
const Ready = z.object({ status: z.literal('ready') });

@ApiTags('operation')
@Controller()
export class HealthController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  @Open()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'health', summary: 'Whether the process answers' })
  @ApiResponse({ status: 200, standardSchema: Healthy, description: 'It does' })
  health(): z.infer<typeof Healthy> {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Open()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'ready', summary: 'Whether a job that is submitted now would run' })
  @ApiResponse({ status: 200, standardSchema: Ready, description: 'It would' })
  @ProblemResponses(503)
  async ready(): Promise<z.infer<typeof Ready>> {
    const obstacles = Object.entries(await this.readiness.obstacles());
    if (obstacles.length === 0) return { status: 'ready' };
    const errors = obstacles.map(([path, message]) => ({ path, message }));
    const parts = obstacles.map(([part]) => part).join(', ');
    throw new ProblemError('NOT_READY', `Not ready: ${parts}.`, { errors });
  }

  @Get('metrics')
  @InstallationScope('read')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ operationId: 'metrics', summary: 'Metrics of this process for Prometheus' })
  @ApiResponse({ status: 200, description: 'Prometheus text format' })
  @ProblemResponses(503)
  text(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
