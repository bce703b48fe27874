import { isUsable, type ApiKey } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { validationProblem } from '../problem/validation-problem.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import type { IssuedKey, NewKey } from './access-schemas.ts';
import { Authenticator } from './authenticator.ts';
import { formatKey, hashSecret, makeKey } from './key-text.ts';

/** Makes and ends keys of a tenant. Secrets are given out once and never kept. */
@Injectable()
export class ManageKeys {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws {ProblemError} VALIDATION_FAILED for an end that has passed */
  async create(tenantId: string, { name, scopes, expiresAt }: NewKey): Promise<IssuedKey> {
    const now = this.now();
    if (expiresAt !== undefined && expiresAt <= now) {
      throw validationProblem([{ path: 'expiresAt', message: 'must be in the future', rule: true }]);
    }
    const end = expiresAt === undefined ? {} : { expiresAt };
    const { issued, stored } = newKey({ tenantId, name, scopes, createdAt: now, ...end });
    await this.backends.access.createKey(stored);
    return issued;
  }

  async list(tenantId: string): Promise<ApiKey[]> {
    return [...(await this.backends.access.keys(tenantId))];
  }

  /**
   * A new key with the name, the scopes and the lifetime of an old one, which goes on to work for a while.
   *
   * @throws {ProblemError} KEY_NOT_FOUND, KEY_ENDED
   */
  async rotate(tenantId: string, id: string, overlapSeconds: number): Promise<IssuedKey> {
    const now = this.now();
    const found = await this.backends.access.key(id);
    if (found?.key.tenantId !== tenantId) throw keyNotFound(id);
    const { name, scopes, createdAt, expiresAt } = found.key;
    if (!isUsable(found.key, now)) throw new ProblemError('KEY_ENDED', `The key ${id} has ended.`);
    const end = expiresAt === undefined ? {} : { expiresAt: now + (expiresAt - createdAt) };
    const { issued, stored } = newKey({ tenantId, name, scopes, createdAt: now, ...end });
    await this.backends.access.succeedKey(id, stored, now + overlapSeconds * 1000);
    this.authenticator.forget(id);
    return issued;
  }

  /** @throws {ProblemError} KEY_NOT_FOUND */
  async revoke(tenantId: string, id: string): Promise<ApiKey> {
    const revoked = await this.backends.access.revokeKey(tenantId, id, this.now());
    if (revoked === undefined) throw keyNotFound(id);
    this.authenticator.forget(id);
    return revoked;
  }
}

function newKey(fields: Omit<ApiKey, 'id'>): { issued: IssuedKey; stored: ApiKey & { secretHash: string } } {
  const text = makeKey();
  const key = { id: text.id, ...fields };
  return {
    issued: { ...key, key: formatKey(text) },
    stored: { ...key, secretHash: hashSecret(text.secret) },
  };
}

function keyNotFound(id: string): ProblemError {
  return new ProblemError('KEY_NOT_FOUND', `There is no key ${JSON.stringify(id.slice(0, 64))}.`);
}
