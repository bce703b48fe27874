import type { WebhookSecret } from '@framefold/domain';
import type { Kysely } from 'kysely';
import { guarded } from '../catalogue/guarded.ts';
import type { CatalogueSchema } from '../catalogue/schema.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';

/** The secrets in PostgreSQL, as they are: whoever signs needs them so. */
export class SqlWebhookSecrets implements WebhookSecrets {
  readonly #db: Kysely<CatalogueSchema>;

  constructor(db: Kysely<CatalogueSchema>) {
    this.#db = db;
  }

  async list(tenantId: string): Promise<readonly WebhookSecret[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('webhook_secrets')
        .select(['secret_id', 'created_at', 'secret'])
        .where('tenant_id', '=', tenantId)
        .orderBy('created_at', 'desc')
        .orderBy('secret_id', 'desc')
        .execute(),
    );
    return rows.map((row) => ({ id: row.secret_id, createdAt: row.created_at, secret: row.secret }));
  }

  async add(tenantId: string, secret: WebhookSecret): Promise<void> {
    await guarded(() =>
      this.#db
        .insertInto('webhook_secrets')
        .values(rowOf(tenantId, secret))
        .onConflict((conflict) => conflict.columns(['tenant_id', 'secret_id']).doNothing())
        .execute(),
    );
  }

  async put(tenantId: string, secret: WebhookSecret): Promise<void> {
    await guarded(() =>
      this.#db
        .insertInto('webhook_secrets')
        .values(rowOf(tenantId, secret))
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'secret_id']).doUpdateSet({ secret: secret.secret }),
        )
        .execute(),
    );
  }
}

function rowOf(
  tenantId: string,
  { id, createdAt, secret }: WebhookSecret,
): { tenant_id: string; secret_id: string; created_at: number; secret: string } {
  return { tenant_id: tenantId, secret_id: id, created_at: createdAt, secret };
}
