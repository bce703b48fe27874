import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Config } from '@framefold/config';
import { JobService } from '@framefold/proto';
import type { Metrics } from '@framefold/telemetry';
import { createContextValues } from '@connectrpc/connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { AdmitRequest } from '../access/admit-request.ts';
import { Authenticator } from '../access/authenticator.ts';
import { internalProblem, knownProblem, logProblem } from '../problem/known-problem.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { problemKind } from '../problem/problems.ts';
import { createCallAdmission, isCall } from './admit-call.ts';
import { answerProblems } from './answer-problems.ts';
import { CALL, type Call } from './call.ts';
import { JobCalls } from './job-calls.ts';
import { statusOf } from './status-of.ts';
import { toStatus } from './to-status.ts';

/** What a message of a client may hold, as much as a body of the HTTP API. */
const MAX_REQUEST_BYTES = 1024 ** 2;

/** What answers calls. */
export interface AnswerDeps {
  /** Has the services that the calls of the HTTP API are answered by, too. */
  readonly app: INestApplicationContext;
  readonly config: Pick<Config, 'listen'>;
  readonly metrics: Metrics;
}

/**
 * Answers the calls of `framefold.v1.JobService`.
 *
 * @param isStopping whether the server takes no more calls
 */
export function answerCalls({ app, config, metrics }: AnswerDeps, isStopping: () => boolean) {
  const logger = new Logger('grpc');
  const calls = new WeakMap<object, Call>();
  const admit = createCallAdmission({
    listen: config.listen,
    admission: app.get(AdmitRequest),
    authenticator: app.get(Authenticator),
  });
  const handle = connectNodeAdapter({
    routes: (router) => router.service(JobService, app.get(JobCalls)),
    // These two are for browsers, which have the HTTP API.
    ...{ grpcWeb: false, connect: false },
    readMaxBytes: MAX_REQUEST_BYTES,
    interceptors: [answerProblems(logger)],
    contextValues: (request) => createContextValues().set(CALL, calls.get(request) ?? CALL.defaultValue),
  });

  const begin: typeof handle = (request, response) => {
    try {
      handle(request, response);
    } catch (error) {
      // Addresses that are none, for example.
      throw new ProblemError('BAD_REQUEST', 'The request cannot be understood.', {}, { cause: error });
    }
  };
  const answer = async (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    call: Call,
  ): Promise<void> => {
    try {
      if (isStopping()) throw new ProblemError('NOT_READY', 'The service is being stopped.');
      const { caller, headers } = await admit(request);
      call.caller = caller;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      begin(request, response);
    } catch (error) {
      const problem = knownProblem(error) ?? internalProblem(error);
      logProblem(logger, request.url, problem, error);
      call.refusedWith = problemKind(problem.code).status;
      refuse(response, problem);
    }
  };

  return (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const call: Call = {};
    calls.set(request, call);
    const stopTimer = metrics.httpDuration.startTimer();
    const { stream } = response;
    response.once('close', () => {
      const route = isCall(request.url) ? request.url : 'none';
      const labels = { method: 'gRPC', route, status: String(statusOf(stream, call)) };
      metrics.httpRequests.inc(labels);
      stopTimer(labels);
    });
    // What was not read of a message that is refused would keep its stream open: the rest goes by unseen, and the stream
    // is closed when the answer is out, which it is at the end of this turn.
    stream.once('wantTrailers', () => {
      if (request.complete) return;
      stream.removeAllListeners('data').resume();
      setImmediate(() => stream.close());
    });
    void answer(request, response, call);
  };
}

/** Answers without having read anything of the message: a status alone, in headers after which nothing comes. */
function refuse({ stream }: Http2ServerResponse, problem: ProblemError): void {
  if (stream.destroyed || stream.headersSent) return;
  const headers = setTrailerStatus(new Headers({ 'content-type': 'application/grpc' }), toStatus(problem));
  stream.respond({ ':status': 200, ...Object.fromEntries(headers) }, { endStream: true });
}
