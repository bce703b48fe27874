import { Controller, Get, Header, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { InstallationScope } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { CatalogueRebuild } from './catalogue-rebuild.ts';
import { RebuildState } from './rebuild-state.ts';

@ApiTags('catalogue')
@Controller('api/catalogue/rebuild')
export class CatalogueController {
  constructor(@Inject(CatalogueRebuild) private readonly rebuild: CatalogueRebuild) {}

  @Post()
  @HttpCode(202)
  @InstallationScope('admin')
  @ApiOperation({
    operationId: 'rebuildCatalogue',
    summary:
      'Restore jobs, logs, batches, tenants and keys from the store and Temporal; goes on in the background',
  })
  @ApiResponse({ status: 202, standardSchema: RebuildState, description: 'It goes on' })
  @ProblemResponses(503)
  begin(): RebuildState {
    return this.rebuild.begin();
  }

  @Get()
  @InstallationScope('admin')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getCatalogueRebuild', summary: 'How the last rebuild stands' })
  @ApiResponse({ status: 200, standardSchema: RebuildState, description: 'Its state' })
  state(): RebuildState {
    return this.rebuild.state;
  }
}
