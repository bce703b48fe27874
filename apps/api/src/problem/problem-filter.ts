import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { internalProblem, knownProblem, logProblem } from './known-problem.ts';
import { allowedMethods } from './allowed-methods.ts';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem.ts';
import { ProblemError } from './problem-error.ts';
import { problemKind } from './problems.ts';

/** Answers every error as problem details; those of the service itself are logged and not told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('api');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblemError(error, request);
    const { status } = problemKind(problem.code);
    logProblem(this.#logger, `${request.method} ${request.path}`, problem, error);
    if (response.headersSent) {
      // Half an answer is out: breaking off is the only way to say that it is not whole.
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(problem.detail.headers ?? {})) response.setHeader(name, value);
    if (status === 503) response.setHeader('Retry-After', '1');
    response.setHeader('Cache-Control', 'no-store');
    response.status(status).type(PROBLEM_MEDIA_TYPE);
    response.end(JSON.stringify(toProblem(problem, request.originalUrl.replace(/\?.*$/, ''))));
  }
}

function toProblemError(error: unknown, request: Request): ProblemError {
  return knownProblem(error) ?? ofStatus(statusOf(error), request, error);
}

/** What Nest, Express and its body parser refuse by themselves. */
function ofStatus(status: number, request: Request, cause: unknown): ProblemError {
  if (status === 404) {
    const allowed = allowedMethods(request);
    if (allowed.length > 0) {
      const headers = { Allow: allowed.join(', ') };
      return new ProblemError('METHOD_NOT_ALLOWED', `${request.path} cannot be asked to ${request.method}.`, {
        headers,
      });
    }
    return new ProblemError('ROUTE_NOT_FOUND', `There is nothing to ${request.method} at ${request.path}.`);
  }
  if (status === 413)
    return new ProblemError('BODY_TOO_LARGE', 'The body is larger than this address takes.');
  if (status >= 400 && status < 500) {
    const malformed = typeOf(cause) === 'entity.parse.failed' || causeIsSyntax(cause);
    return malformed
      ? new ProblemError('MALFORMED_JSON', 'The body cannot be parsed as JSON.')
      : new ProblemError('BAD_REQUEST', 'The request cannot be understood.');
  }
  return internalProblem(cause);
}

// By shape, not by class: errors of other realms are no instances of this one's classes.
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null) return 500;
  return 'status' in error && typeof error.status === 'number' ? error.status : 500;
}

function typeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
}

function causeIsSyntax(error: unknown): boolean {
  return error instanceof HttpException && typeOf(error.cause) === 'entity.parse.failed';
}
