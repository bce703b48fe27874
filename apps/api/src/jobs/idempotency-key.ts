import { ProblemError } from '../problem/problem-error.ts';

const MESSAGE = 'must be 1 to 255 visible ASCII characters';

/**
 * The Idempotency-Key header (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/), if there is
 * one.
 *
 * @throws {ProblemError} VALIDATION_FAILED
 */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const errors = [{ path: 'Idempotency-Key', message: MESSAGE }];
  throw new ProblemError('VALIDATION_FAILED', `The Idempotency-Key ${MESSAGE}.`, { errors });
}
