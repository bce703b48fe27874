import { ApiKey } from '@framefold/domain';
import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { IssuedKey, KeyList, NewKey, Rotation } from './access-schemas.ts';
import { CalledBy, type Caller } from './caller.ts';
import { ManageKeys } from './manage-keys.ts';
import { Scope } from './scope.ts';

@ApiTags('access')
@Controller('api/keys')
export class KeysController {
  constructor(@Inject(ManageKeys) private readonly keys: ManageKeys) {}

  @Post()
  @Scope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'createKey', summary: 'Make an API key; its secret is shown this once' })
  @ApiResponse({ status: 201, standardSchema: IssuedKey, description: 'The key' })
  @ProblemResponses(400, 404, 413, 503)
  create(@CalledBy() { tenant }: Caller, @Body({ schema: NewKey }) body: NewKey): Promise<IssuedKey> {
    return this.keys.create(tenant.id, body);
  }

  @Get()
  @Scope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listKeys', summary: 'The keys of a tenant, newest first, without secrets' })
  @ApiResponse({ status: 200, standardSchema: KeyList, description: 'The keys' })
  @ProblemResponses(404, 503)
  async list(@CalledBy() { tenant }: Caller): Promise<KeyList> {
    return { keys: await this.keys.list(tenant.id) };
  }

  @Post(':id/rotate')
  @Scope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'rotateKey',
    summary: 'Make a successor of a key, which goes on to work for a while',
  })
  @ApiResponse({ status: 201, standardSchema: IssuedKey, description: 'The new key' })
  @ProblemResponses(400, 404, 409, 413, 503)
  rotate(
    @CalledBy() { tenant }: Caller,
    @Param('id') id: string,
    @Body({ schema: Rotation }) { overlapSeconds }: Rotation,
  ): Promise<IssuedKey> {
    return this.keys.rotate(tenant.id, id, overlapSeconds);
  }

  @Delete(':id')
  @HttpCode(200)
  @Scope('admin')
  @ApiOperation({ operationId: 'revokeKey', summary: 'End a key at once' })
  @ApiResponse({ status: 200, standardSchema: ApiKey, description: 'The key as it is now' })
  @ProblemResponses(404, 503)
  revoke(@CalledBy() { tenant }: Caller, @Param('id') id: string): Promise<ApiKey> {
    return this.keys.revoke(tenant.id, id);
  }
}
