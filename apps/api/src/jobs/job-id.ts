import { z } from 'zod';
import { ProblemError } from '../problem/problem-error.ts';

/** A job's id: a UUID of version 7, so that ids sort by time (https://www.rfc-editor.org/rfc/rfc9562#section-5.7). */
export const JobId = z.uuidv7();

/**
 * Holds what a client wrote in a path against the form of ids, before it gets into a key or a query.
 *
 * @throws {ProblemError} JOB_NOT_FOUND
 */
export function assertJobId(text: string): void {
  if (!JobId.safeParse(text).success) throw jobNotFound(text);
}

/** The refusal for an id that no job has. */
export function jobNotFound(jobId: string): ProblemError {
  return new ProblemError('JOB_NOT_FOUND', `There is no job ${JSON.stringify(jobId.slice(0, 64))}.`);
}
