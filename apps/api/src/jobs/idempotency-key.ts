import { DEFAULT_TENANT } from '@framefold/domain';
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
