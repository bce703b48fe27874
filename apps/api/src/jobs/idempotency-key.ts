import { createHash } from 'node:crypto';
import { DEFAULT_TENANT } from '@framefold/domain';
import type { Catalogue } from '@framefold/platform';
import { ApiHeader } from '@nestjs/swagger';
import { z } from 'zod';
import { toSchema } from '../openapi/to-schema.ts';
import { ProblemError } from '../problem/problem-error.ts';

const MESSAGE = 'must be 1 to 255 visible ASCII characters';
const IdempotencyKey = z.string().regex(/^[!-~]{1,255}$/);

/** Documents the header; `meaning` says what the same key gives. */
export function IdempotencyKeyHeader(meaning: string): MethodDecorator {
  const schema = toSchema(IdempotencyKey, 'input');
  return ApiHeader({ name: 'Idempotency-Key', required: false, description: meaning, schema });
}

/**
 * The Idempotency-Key header (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/), if there is
 * one.
 *
 * @param path what the client calls it
 * @throws {ProblemError} VALIDATION_FAILED
 */
export function parseIdempotencyKey(
  header: string | undefined,
  path = 'Idempotency-Key',
): string | undefined {
  if (header === undefined || IdempotencyKey.safeParse(header).success) return header;
  const errors = [{ path, message: MESSAGE }];
  throw new ProblemError('VALIDATION_FAILED', `The ${path} ${MESSAGE}.`, { errors });
}

/** What a key is kept under: keys are a tenant's own. They hold no space; those of the default tenant are older than tenants. */
export function keyOfTenant(tenantId: string, key: string): string {
  return tenantId === DEFAULT_TENANT ? key : `${tenantId} ${key}`;
}

/** What requests of the same meaning have in common. */
export interface Meaning {
  /** Beyond the defaults, which a later version may have more of. */
  readonly text: string;
  /** With all defaults, by which earlier versions knew a key. */
  readonly former: () => string;
}

/**
 * Binds a key before anything starts: who comes again after a crash starts the same job or batch, not a second one.
 *
 * @param key as {@link keyOfTenant} gives it
 * @param own the id that the key is bound to if it is not bound yet
 * @returns the id that it is bound to
 * @throws {ProblemError} IDEMPOTENCY_KEY_REUSED
 * @throws {CodedError} CATALOGUE_UNAVAILABLE
 */
export async function bindKey(
  catalogue: Catalogue,
  key: string,
  own: string,
  { text, former }: Meaning,
): Promise<string> {
  const hash = hashOf(text);
  const { jobId, requestHash } = await catalogue.claimKey(key, own, hash);
  if (requestHash === hash || requestHash === hashOf(former())) return jobId;
  throw new ProblemError('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used with another request.');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
