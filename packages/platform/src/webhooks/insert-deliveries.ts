import type { NewDelivery } from '@framefold/domain';
import type { Kysely } from 'kysely';
import type { CatalogueSchema } from '../catalogue/schema.ts';

/** Puts webhooks into their table; those whose id is known are passed over. */
export async function insertDeliveries(
  db: Kysely<CatalogueSchema>,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  await db
    .insertInto('deliveries')
    .values(
      deliveries.map(({ id, tenantId, jobId, url, event, sequence, body, createdAt, startAt }) => ({
        delivery_id: id,
        tenant_id: tenantId,
        job_id: jobId,
        url,
        event,
        sequence,
        body,
        created_at: createdAt,
        state: 'pending' as const,
        run: 0,
        run_began_at: createdAt,
        start_at: startAt,
        next_attempt_at: null,
      })),
    )
    .onConflict((conflict) => conflict.column('delivery_id').doNothing())
    .execute();
}
