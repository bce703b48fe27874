import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { AttemptList, AttemptListQuery } from './attempt-schemas.ts';
import { ReadAttempts } from './read-attempts.ts';

@ApiTags('jobs')
@Controller('api/jobs')
export class AttemptsController {
  constructor(@Inject(ReadAttempts) private readonly attempts: ReadAttempts) {}

  @Get(':id/attempts')
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listAttempts',
    summary: 'Every attempt at the units of a job: by which worker, when, and how it ended',
  })
  @ApiResponse({ status: 200, standardSchema: AttemptList, description: 'A page, in order of their start' })
  @ProblemResponses(400, 404, 503)
  list(
    @CalledBy() caller: Caller,
    @Param('id') jobId: string,
    @Query({ schema: AttemptListQuery }) query: AttemptListQuery,
  ): Promise<AttemptList> {
    return this.attempts.list(caller, jobId, query);
  }
}
