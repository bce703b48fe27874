import { CodedError, type FailureCode } from '@framefold/domain';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem.ts';
import { ProblemError } from './problem-error.ts';
import { type ProblemCode, problemKind } from './problems.ts';

/** Answers every error as problem details; those of the service itself are logged and not told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('api');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblemError(error, request);
    const { status } = problemKind(problem.code);
    this.#log(`${request.method} ${request.path}: ${problem.message}`, problem, error);
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

  #log(sentence: string, { code }: ProblemError, error: unknown): void {
    // Whoever waits for the service to come up asks often.
    if (code === 'NOT_READY') this.#logger.debug(sentence);
    else if (code === 'INTERNAL') this.#logger.error(sentence, stackOf(error));
    else if (problemKind(code).status >= 500) this.#logger.warn(`${sentence} (${causeOf(error)})`);
  }
}

function toProblemError(error: unknown, request: Request): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof CodedError)
    return new ProblemError(ofFailure(error.code), sentenceOf(error), {}, { cause: error });
  return ofStatus(statusOf(error), request, error);
}

/** Faults of the ports keep their codes; any other code has no business here. */
function ofFailure(code: FailureCode): ProblemCode {
  switch (code) {
    case 'STORE_UNAVAILABLE':
    case 'STORE_FULL':
    case 'CATALOGUE_UNAVAILABLE':
      return code;
    default:
      return 'INTERNAL';
  }
}

function sentenceOf(error: CodedError): string {
  return ofFailure(error.code) === 'INTERNAL' ? 'Something went wrong inside of the service.' : error.message;
}

/** What Nest, Express and its body parser refuse by themselves. */
function ofStatus(status: number, request: Request, cause: unknown): ProblemError {
  if (status === 404) {
    return new ProblemError('ROUTE_NOT_FOUND', `There is nothing to ${request.method} at ${request.path}.`);
  }
  if (status === 413) return new ProblemError('BODY_TOO_LARGE', 'The body is larger than 1 MB.');
  if (status >= 400 && status < 500) {
    const malformed = typeOf(cause) === 'entity.parse.failed' || causeIsSyntax(cause);
    return malformed
      ? new ProblemError('MALFORMED_JSON', 'The body cannot be parsed as JSON.')
      : new ProblemError('BAD_REQUEST', 'The request cannot be understood.');
  }
  return new ProblemError('INTERNAL', 'Something went wrong inside of the service.', {}, { cause });
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

function causeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'cause' in error
    ? String(error.cause)
    : 'no cause is known';
}

function stackOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : undefined;
}
