import { dayOf } from '@framefold/domain';
import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Backends } from '../backends.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import { Usage, UsageQuery } from './access-schemas.ts';
import { CalledBy, type Caller } from './caller.ts';
import { Scope } from './scope.ts';

const DEFAULT_SPAN_MS = 30 * 86_400_000;

@ApiTags('access')
@Controller('api/usage')
export class UsageController {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Get()
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getUsage', summary: 'What a tenant uses, by day, and its quotas' })
  @ApiResponse({ status: 200, standardSchema: Usage, description: 'The usage' })
  @ProblemResponses(400, 404, 503)
  async usage(
    @CalledBy() { tenant }: Caller,
    @Query({ schema: UsageQuery }) { from }: UsageQuery,
  ): Promise<Usage> {
    const now = this.now();
    const { access } = this.backends;
    const [standing, days] = await Promise.all([
      access.standing(tenant.id, now),
      access.usage(tenant.id, from ?? dayOf(now - DEFAULT_SPAN_MS)),
    ]);
    return { tenantId: tenant.id, now: standing, quotas: tenant.quotas, days: [...days] };
  }
}
