import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { toSchema } from '../openapi/to-schema.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { SentEvent } from './job-schemas.ts';
import { FollowJob, type JobMessage } from './follow-job.ts';
import { sendEvents, type ServerSentEvent } from './server-sent-events.ts';

@ApiTags('jobs')
@Controller('api')
export class JobEventsController {
  constructor(@Inject(FollowJob) private readonly following: FollowJob) {}

  @Get('jobs/:id/events')
  @Scope('read')
  @ApiOperation({
    operationId: 'followJob',
    summary: "A job's event log from any point, then live, as server-sent events",
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The position of the last event that the client has; browsers send it by themselves',
    schema: { type: 'integer', minimum: 0, maximum: 999_999_999 },
  })
  @ApiResponse({
    status: 200,
    description:
      'The events of the log, by position; `progress` as it changes; `end` when nothing more comes',
    content: { 'text/event-stream': { schema: toSchema(SentEvent, 'output') } },
  })
  @ApiResponse({ status: 204, description: 'The job has ended, and the client has all of its log' })
  @ProblemResponses(400, 404, 503)
  async events(
    @CalledBy() caller: Caller,
    @Param('id') jobId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const after = parsePosition(lastEventId);
    if (!(await this.following.hasMore(caller, jobId, after))) {
      // Browsers come again whenever a stream ends, but not after this.
      response.status(204).end();
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const messages = this.following.messages(caller, jobId, after, gone.signal);
    await sendEvents(response, toServerSentEvents(untilKeyEnds(messages)));
  }
}

/** @throws {ProblemError} VALIDATION_FAILED */
function parsePosition(lastEventId = ''): number {
  if (lastEventId === '') return -1;
  if (/^\d{1,9}$/.test(lastEventId)) return Number(lastEventId);
  const message = 'must be the id of an event of this stream';
  throw new ProblemError('VALIDATION_FAILED', `Last-Event-ID ${message}.`, {
    errors: [{ path: 'Last-Event-ID', message }],
  });
}

/** Ends with the caller's key: who comes again hears why. */
async function* untilKeyEnds(messages: AsyncIterable<JobMessage>): AsyncGenerator<JobMessage> {
  try {
    yield* messages;
  } catch (error) {
    if (!(error instanceof ProblemError && error.code === 'KEY_INVALID')) throw error;
  }
}

async function* toServerSentEvents(messages: AsyncIterable<JobMessage>): AsyncGenerator<ServerSentEvent> {
  for await (const message of messages) {
    switch (message.kind) {
      case 'event': {
        const { position, event } = message.recorded;
        yield { id: position, data: { position, ...event } };
        break;
      }
      case 'progress':
        yield { event: 'progress', data: message.progress };
        break;
      case 'end':
        yield { event: 'end', data: { status: message.status } };
    }
  }
}
