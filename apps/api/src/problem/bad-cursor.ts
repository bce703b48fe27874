import { BadCursorError } from '@framefold/platform';
import { ProblemError } from './problem-error.ts';

/**
 * Turns the catalogue's refusal of a cursor into the client's problem; any other error passes.
 *
 * @throws {ProblemError} VALIDATION_FAILED
 */
export function refuseBadCursor(error: unknown): never {
  if (!(error instanceof BadCursorError)) throw error;
  const errors = [{ path: 'cursor', message: error.message }];
  throw new ProblemError('VALIDATION_FAILED', error.message, { errors });
}
