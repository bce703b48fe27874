import { z } from 'zod';
import { DEFAULT_TENANT, TenantId } from './tenant.ts';

/** What a key allows: `submit` jobs, `read` them, `operate` them (cancel and so on), `admin` (keys, and all the rest). */
export const Scope = z.enum(['submit', 'read', 'operate', 'admin']);
export type Scope = z.infer<typeof Scope>;

/** A key as it may be shown: without its secret. Times in ms since the epoch. */
export const ApiKey = z.object({
  id: z.string(),
  tenantId: TenantId,
  name: z.string(),
  scopes: z.array(Scope),
  createdAt: z.number().int(),
  expiresAt: z.number().int().optional(),
  revokedAt: z.number().int().optional(),
  lastUsedAt: z.number().int().optional().describe('To about a minute'),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** Whether a key opens anything at `now` (ms since the epoch). */
export function isUsable({ expiresAt, revokedAt }: ApiKey, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || now < expiresAt);
}

/** What is known of whoever calls, before it is said which tenant the call is about. */
export interface Principal {
  /** Absent where no key is needed. */
  readonly keyId?: string;
  /** The tenant that the key is of. */
  readonly tenantId: string;
  readonly scopes: readonly Scope[];
}

/** What a route asks for. */
export interface Need {
  readonly scope: Scope;
  /** Whether it shows or changes what is of no single tenant: workers, metrics, tenants. */
  readonly ofInstallation?: boolean;
}

/** Why a principal may not do what needs `need`, in a sentence; undefined when it may. */
export function refusalOf(
  { tenantId, scopes }: Principal,
  { scope, ofInstallation = false }: Need,
): string | undefined {
  if (!scopes.includes(scope) && !scopes.includes('admin')) return `The key has no scope ${scope}.`;
  if (ofInstallation && tenantId !== DEFAULT_TENANT)
    return `Only keys of the tenant ${DEFAULT_TENANT} may ask this.`;
  return undefined;
}

/** Whether a principal may act for every tenant: admin keys of other tenants administer their own alone. */
export function actsForAll({ tenantId, scopes }: Principal): boolean {
  return tenantId === DEFAULT_TENANT && scopes.includes('admin');
}
