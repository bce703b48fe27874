import { Tenant, TenantSettings } from '@framefold/domain';
import { Body, Controller, Get, Header, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Backends } from '../backends.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import { NewTenant, TenantList } from './access-schemas.ts';
import { tenantNotFound } from './authenticator.ts';
import { InstallationScope } from './scope.ts';

@ApiTags('access')
@Controller('api/tenants')
export class TenantsController {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Post()
  @InstallationScope('admin')
  @ApiOperation({ operationId: 'createTenant', summary: 'Make a tenant' })
  @ApiResponse({ status: 201, standardSchema: Tenant, description: 'The tenant' })
  @ProblemResponses(400, 409, 413, 503)
  async create(@Body({ schema: NewTenant }) body: NewTenant): Promise<Tenant> {
    const tenant = { ...body, createdAt: this.now() };
    if (await this.backends.access.createTenant(tenant)) return tenant;
    throw new ProblemError('TENANT_EXISTS', `There is a tenant ${body.id}.`);
  }

  @Get()
  @InstallationScope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listTenants', summary: 'All tenants, by name' })
  @ApiResponse({ status: 200, standardSchema: TenantList, description: 'The tenants' })
  @ProblemResponses(503)
  async list(): Promise<TenantList> {
    return { tenants: [...(await this.backends.access.tenants())] };
  }

  @Get(':id')
  @InstallationScope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getTenant', summary: 'A tenant' })
  @ApiResponse({ status: 200, standardSchema: Tenant, description: 'The tenant' })
  @ProblemResponses(404, 503)
  async tenant(@Param('id') id: string): Promise<Tenant> {
    return (await this.backends.access.tenant(id)) ?? unknown(id);
  }

  @Put(':id')
  @InstallationScope('admin')
  @ApiOperation({
    operationId: 'setTenant',
    summary: 'Replace weight, ceiling and quotas of a tenant; what is left out gets its default',
  })
  @ApiResponse({ status: 200, standardSchema: Tenant, description: 'The tenant as it is now' })
  @ProblemResponses(400, 404, 413, 503)
  async set(
    @Param('id') id: string,
    @Body({ schema: TenantSettings }) settings: TenantSettings,
  ): Promise<Tenant> {
    return (await this.backends.access.setTenant(id, settings)) ?? unknown(id);
  }
}

function unknown(id: string): never {
  throw tenantNotFound(id);
}
