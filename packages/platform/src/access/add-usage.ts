import type { UsageDay } from '@framefold/domain';
import type { Transaction } from 'kysely';
import type { CatalogueSchema } from '../catalogue/schema.ts';

/** What a tenant used on a day. */
export interface TenantUsage extends UsageDay {
  readonly tenantId: string;
}

/** Adds to what tenants used. In one order, so that two transactions cannot wait for each other. */
export async function addUsage(
  trx: Transaction<CatalogueSchema>,
  used: readonly TenantUsage[],
): Promise<void> {
  for (const { tenantId, ...usage } of [...used].sort(byPlace)) {
    await trx
      .insertInto('usage_days')
      .values({ tenant_id: tenantId, ...usage })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'day']).doUpdateSet((eb) => ({
          jobs: eb('usage_days.jobs', '+', eb.ref('excluded.jobs')),
          minutes: eb('usage_days.minutes', '+', eb.ref('excluded.minutes')),
          bytes: eb('usage_days.bytes', '+', eb.ref('excluded.bytes')),
        })),
      )
      .execute();
  }
}

function byPlace(a: TenantUsage, b: TenantUsage): number {
  return a.tenantId === b.tenantId ? (a.day < b.day ? -1 : 1) : a.tenantId < b.tenantId ? -1 : 1;
}
