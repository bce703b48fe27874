import type { Config } from '@framefold/config';
import {
  actsForAll,
  DEFAULT_TENANT,
  isUsable,
  refusalOf,
  Scope,
  TenantSettings,
  type Need,
  type Principal,
  type Tenant,
} from '@framefold/domain';
import type { KeyOfTenant } from '@framefold/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';
import type { Caller } from './caller.ts';
import { formatKey, matches, parseKey, type KeyText } from './key-text.ts';

/** How long a key is taken for what the catalogue said of it, in ms: another process's revocation counts after that. */
const TRUST_MS = 2_000;

/** How exactly the last use of a key is noted, in ms. */
const TOUCH_MS = 60_000;

/** Whoever reaches a service that needs no key: its owner, on its own machine. */
const LOCAL: Caller = {
  tenantId: DEFAULT_TENANT,
  scopes: Scope.options,
  tenant: { id: DEFAULT_TENANT, ...TenantSettings.parse({}), createdAt: 0 },
};

/** What of a request says who makes it; Express's requests have it. */
export interface Identifiable {
  readonly headers: { readonly authorization?: string | undefined };
  /** With the tenant that it is about, where it names one. */
  readonly query: { readonly tenant?: unknown };
}

interface TrustedKey extends KeyOfTenant {
  readonly readAt: number;
}

/** Who makes a request, as far as the request itself says. A playback signature would be one more way to say it. */
@Injectable()
export class Authenticator {
  readonly #logger = new Logger('access');
  /** Keys whose secret was shown, by their id; what was read too long ago says only that. */
  readonly #trusted = new Map<string, TrustedKey>();
  /** Look-ups under way, by what was shown. */
  readonly #lookUps = new Map<string, Promise<KeyOfTenant | undefined>>();
  readonly #touchedAt = new Map<string, number>();
  readonly #callers = new WeakMap<Identifiable, Caller | Error>();

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Finds out once who makes a request; {@link authorize} says later whether that is enough.
   *
   * @param beforeLookup called before the catalogue is asked for a key that was never shown with this secret; may throw
   * @returns the key's id, where one was shown that is valid
   */
  async identify(request: Identifiable, beforeLookup: () => void): Promise<string | undefined> {
    const caller = await this.#callerOf(request, beforeLookup).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === 'RATE_LIMITED') throw error;
      return error instanceof Error ? error : new Error(String(error));
    });
    this.#callers.set(request, caller);
    return caller instanceof Error ? undefined : caller.keyId;
  }

  /**
   * Who makes a request, when that one may do what needs `need`. For routes the guard asks; middleware that answers by
   * itself must ask, too.
   *
   * @throws {ProblemError} KEY_REQUIRED, KEY_INVALID, SCOPE_MISSING, TENANT_NOT_FOUND, NOT_READY
   */
  async authorize(request: Identifiable, need: Need): Promise<Caller> {
    const caller = this.#callers.get(request) ?? new Error('The request was not identified.');
    if (caller instanceof Error) throw caller;
    const refusal = refusalOf(caller, need);
    if (refusal !== undefined) throw new ProblemError('SCOPE_MISSING', refusal);
    const named = request.query.tenant;
    if (named === undefined || named === caller.tenant.id) return caller;
    return { ...caller, tenant: await this.#tenantFor(caller, named) };
  }

  /**
   * Sees to it that the key of who was let in earlier still holds: for what lasts longer than a request. Scopes are a
   * key's for good.
   *
   * @throws {ProblemError} KEY_INVALID; {CodedError} CATALOGUE_UNAVAILABLE
   */
  async confirm({ keyId }: Caller): Promise<void> {
    if (keyId === undefined) return;
    const found = this.#seenLately(keyId) ?? (await this.#lookUp(keyId, keyId, () => true));
    if (found === undefined || !isUsable(found.key, this.now())) throw keyInvalid();
  }

  /** Makes a change of a key count at once in this process. */
  forget(keyId: string): void {
    const known = this.#trusted.get(keyId);
    if (known !== undefined) this.#trusted.set(keyId, { ...known, readAt: -Infinity });
    for (const shown of this.#lookUps.keys()) if (shown.includes(keyId)) this.#lookUps.delete(shown);
  }

  async #callerOf({ headers }: Identifiable, beforeLookup: () => void): Promise<Caller> {
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined) {
      if (!this.config.keysRequired) return LOCAL;
      throw new ProblemError('KEY_REQUIRED', 'This service needs an API key.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    const shown = parseKey(token);
    const found = shown === undefined ? undefined : await this.#keyOf(shown, beforeLookup);
    if (found === undefined) throw keyInvalid();
    const { key, tenant } = found;
    this.#touch(key.id);
    return { keyId: key.id, tenantId: key.tenantId, scopes: key.scopes, tenant };
  }

  /** The key, if it is there and usable, and the secret is its own. */
  async #keyOf(shown: KeyText, beforeLookup: () => void): Promise<KeyOfTenant | undefined> {
    const { id, secret } = shown;
    const isOwn = ({ key }: KeyOfTenant): boolean => matches(secret, key.secretHash);
    let found = this.#seenLately(id);
    if (found === undefined) {
      const text = formatKey(shown);
      const known = this.#trusted.get(id);
      if (!this.#lookUps.has(text) && (known === undefined || !isOwn(known))) beforeLookup();
      // Only with the right secret, so that strangers cannot fill the memory with ids that they have seen.
      found = await this.#lookUp(id, text, isOwn);
    }
    return found !== undefined && isOwn(found) && isUsable(found.key, this.now()) ? found : undefined;
  }

  /** What the catalogue said of a key a moment ago. */
  #seenLately(id: string): KeyOfTenant | undefined {
    const found = this.#trusted.get(id);
    return found !== undefined && this.now() - found.readAt < TRUST_MS ? found : undefined;
  }

  /** What the catalogue says of a key, asked once for all who show the same. It is remembered if it is to be. */
  #lookUp(
    id: string,
    shown: string,
    isToBeTrusted: (found: KeyOfTenant) => boolean,
  ): Promise<KeyOfTenant | undefined> {
    const underWay = this.#lookUps.get(shown);
    if (underWay !== undefined) return underWay;
    const readAt = this.now();
    // What was forgotten meanwhile was read before it changed.
    const isLatest = (): boolean => this.#lookUps.get(shown) === lookUp;
    const read = async (): Promise<KeyOfTenant | undefined> => {
      const found = await this.backends.access.key(id);
      if (!isLatest()) return found;
      if (found === undefined) this.#trusted.delete(id);
      else if (this.#trusted.has(id) || isToBeTrusted(found)) this.#trusted.set(id, { ...found, readAt });
      return found;
    };
    const lookUp = read().finally(() => {
      if (isLatest()) this.#lookUps.delete(shown);
    });
    this.#lookUps.set(shown, lookUp);
    return lookUp;
  }

  async #tenantFor(caller: Principal, named: unknown): Promise<Tenant> {
    if (typeof named !== 'string') {
      const errors = [{ path: 'tenant', message: 'must be one name' }];
      throw new ProblemError('VALIDATION_FAILED', 'The request is not valid: tenant.', { errors });
    }
    const tenant = actsForAll(caller) ? await this.backends.access.tenant(named) : undefined;
    if (tenant === undefined) throw tenantNotFound(named);
    return tenant;
  }

  #touch(keyId: string): void {
    const now = this.now();
    if (now - (this.#touchedAt.get(keyId) ?? -Infinity) < TOUCH_MS) return;
    this.#touchedAt.set(keyId, now);
    // No request waits or fails for this.
    this.backends.access
      .touchKey(keyId, now)
      .catch((error: unknown) => this.#logger.warn(`The use of key ${keyId} is not noted: ${String(error)}`));
  }
}

function keyInvalid(): ProblemError {
  return new ProblemError('KEY_INVALID', 'The API key is not valid.', {
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });
}

/** The refusal for a name that no tenant has, or none that the caller may know of. */
export function tenantNotFound(id: string): ProblemError {
  return new ProblemError('TENANT_NOT_FOUND', `There is no tenant ${JSON.stringify(id.slice(0, 64))}.`);
}
