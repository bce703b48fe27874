import { CodedError, type FailureCode } from '@framefold/domain';
import type { Logger } from '@nestjs/common';
import { ProblemError } from './problem-error.ts';
import { type ProblemCode, problemKind } from './problems.ts';

/** The refusal that one of our own errors means; undefined for an error of others. */
export function knownProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (!(error instanceof CodedError)) return undefined;
  const code = ofFailure(error.code);
  return code === 'INTERNAL'
    ? internalProblem(error)
    : new ProblemError(code, error.message, {}, { cause: error });
}

/** The refusal for what nobody foresaw; the client is not told what. */
export function internalProblem(cause: unknown): ProblemError {
  return new ProblemError('INTERNAL', 'Something went wrong inside of the service.', {}, { cause });
}

/**
 * Logs a refusal as far as it is the service's own matter.
 *
 * @param asked what the client wanted
 */
export function logProblem(
  logger: Logger,
  asked: string,
  { code, message }: ProblemError,
  error: unknown,
): void {
  const sentence = `${asked}: ${message}`;
  // Whoever waits for the service to come up asks often.
  if (code === 'NOT_READY') logger.debug(sentence);
  else if (code === 'INTERNAL') logger.error(sentence, stackOf(error));
  else if (problemKind(code).status >= 500) logger.warn(`${sentence} (${causeOf(error)})`);
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

function causeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'cause' in error
    ? String(error.cause)
    : 'no cause is known';
}

function stackOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : undefined;
}
