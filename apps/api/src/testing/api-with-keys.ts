import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope, TenantSettings } from '@framefold/domain';
import { openCatalogue, type OpenCatalogue } from '@framefold/platform';
import { formatKey, hashSecret, makeKey } from '../access/key-text.ts';
import { type Answer, type ApiUnderTest, startApiOn } from './api-under-test.ts';

/** An API that needs keys, on a real catalogue with tenants. */
export interface ApiWithKeys {
  readonly api: ApiUnderTest<OpenCatalogue>;
  /** Makes a key, and its tenant where that is missing; returns it as its owner has it. */
  keyOf(tenantId: string, scopes?: readonly Scope[]): Promise<string>;
  setTenant(tenantId: string, settings: Partial<TenantSettings>): Promise<void>;
  /** Sends a request with a key. */
  send(
    key: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** @param environment beside what makes it need keys */
export async function startApiWithKeys(
  environment: Readonly<Record<string, string>> = {},
): Promise<ApiWithKeys> {
  const folder = await mkdtemp(join(tmpdir(), 'framefold-keys-'));
  const catalogue = await openCatalogue({ folder });
  const { access } = catalogue;
  const api = await startApiOn(catalogue, {
    environment: { FRAMEFOLD_KEYS: 'required', FRAMEFOLD_RATE_LIMIT: 'rate=1000,burst=1000', ...environment },
  });
  api.backends.access = access;
  const settings: TenantSettings = { weight: 1, priorityCeiling: 4, quotas: {} };
  return {
    api,
    async keyOf(tenantId, scopes = ['submit', 'read', 'operate']) {
      await access.createTenant({ id: tenantId, ...settings, createdAt: api.now });
      const text = makeKey();
      const key = { id: text.id, tenantId, name: 'test', scopes: [...scopes], createdAt: api.now };
      await access.createKey({ ...key, secretHash: hashSecret(text.secret) });
      return formatKey(text);
    },
    async setTenant(tenantId, changes) {
      await access.createTenant({ id: tenantId, ...settings, ...changes, createdAt: api.now });
      await access.setTenant(tenantId, { ...settings, ...changes });
    },
    send: (key, method, path, body, headers = {}) =>
      api.send(method, path, {
        body,
        headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
      }),
    async close() {
      await api.close();
      await catalogue.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
