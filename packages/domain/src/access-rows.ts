import { z } from 'zod';
import { ApiKey } from './api-key.ts';
import { Tenant } from './tenant.ts';

/** A tenant with what tells its newer settings from older ones. */
export const TenantRow = z.object({
  ...Tenant.shape,
  /** When its settings were decided, in ms since the epoch; 0 for those that every catalogue begins with. */
  changedAt: z.number().int(),
});
export type TenantRow = z.infer<typeof TenantRow>;

/** A key with the SHA-256 of its secret, hexadecimal; its last use is of no lasting interest. */
export const KeyRow = z.object({
  ...ApiKey.omit({ lastUsedAt: true }).shape,
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type KeyRow = z.infer<typeof KeyRow>;

/** Tenants and keys, which no event log holds. */
export interface AccessRows {
  readonly tenants: readonly TenantRow[];
  readonly keys: readonly KeyRow[];
}

/** Tenants and keys as a document of their own. */
export const AccessBackup = z
  .object({
    version: z.literal(1),
    /** ms since the epoch */
    writtenAt: z.number().int(),
    tenants: z.array(TenantRow),
    keys: z.array(KeyRow),
  })
  .refine(
    ({ tenants, keys }) => {
      const known = new Set(tenants.map(({ id }) => id));
      return keys.every(({ tenantId }) => known.has(tenantId));
    },
    { path: ['keys'], message: 'must be of tenants that are there' },
  );
export type AccessBackup = z.infer<typeof AccessBackup>;

/**
 * What two states of the tables are together. Rows are never removed, so what either has stays. A tenant's later
 * settings count, on a tie those of `former`; keys change by ending alone, so the sooner end counts. In order of ids.
 */
export function mergeAccessRows(former: AccessRows, present: AccessRows): AccessRows {
  return {
    tenants: merged(former.tenants, present.tenants, (a, b) => (b.changedAt > a.changedAt ? b : a)),
    keys: merged(former.keys, present.keys, endedSooner),
  };
}

function merged<Row extends { readonly id: string }>(
  former: readonly Row[],
  present: readonly Row[],
  together: (former: Row, present: Row) => Row,
): Row[] {
  const rows = new Map(former.map((row) => [row.id, row]));
  for (const row of present) {
    const known = rows.get(row.id);
    rows.set(row.id, known === undefined ? row : together(known, row));
  }
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The same key as two tables have it. */
function endedSooner(a: KeyRow, b: KeyRow): KeyRow {
  const expiresAt = sooner(a.expiresAt, b.expiresAt);
  const revokedAt = sooner(a.revokedAt, b.revokedAt);
  return {
    ...a,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}

function sooner(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
