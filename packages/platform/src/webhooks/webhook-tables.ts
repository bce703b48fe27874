import type { DeliveryState, WebhookEvent } from '@framefold/domain';
import type { Migration } from 'kysely';

/** Webhooks; those to be sent are put here in the transaction that records their event. */
export interface DeliveriesTable {
  delivery_id: string;
  tenant_id: string;
  job_id: string;
  url: string;
  event: WebhookEvent;
  sequence: number;
  body: string;
  created_at: number;
  state: DeliveryState;
  run: number;
  run_began_at: number;
  /** When the workflow of the run is to be started; absent once it is. */
  start_at: number | null;
  next_attempt_at: number | null;
}

export interface DeliveryAttemptsTable {
  delivery_id: string;
  run: number;
  attempt: number;
  at: number;
  status: number | null;
  error: string | null;
  duration_ms: number;
}

export interface WebhookSecretsTable {
  tenant_id: string;
  secret_id: string;
  created_at: number;
  secret: string;
}

export interface WebhookTables {
  deliveries: DeliveriesTable;
  delivery_attempts: DeliveryAttemptsTable;
  webhook_secrets: WebhookSecretsTable;
}

/** Makes the tables of webhooks. */
export const webhookMigration: Migration = {
  async up(db) {
    await db.schema
      .createTable('deliveries')
      .addColumn('delivery_id', 'text', (column) => column.primaryKey())
      .addColumn('tenant_id', 'text', (column) => column.notNull().defaultTo('default'))
      .addColumn('job_id', 'text', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('created_at', 'double precision', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('run', 'integer', (column) => column.notNull())
      .addColumn('run_began_at', 'double precision', (column) => column.notNull())
      .addColumn('start_at', 'double precision')
      .addColumn('next_attempt_at', 'double precision')
      .execute();
    await db.schema
      .createIndex('deliveries_by_job')
      .on('deliveries')
      .columns(['job_id', 'sequence'])
      .execute();
    await db.schema
      .createIndex('deliveries_due')
      .on('deliveries')
      .column('start_at')
      .where('start_at', 'is not', null)
      .execute();
    await db.schema
      .createTable('delivery_attempts')
      .addColumn('delivery_id', 'text', (column) => column.notNull())
      .addColumn('run', 'integer', (column) => column.notNull())
      .addColumn('attempt', 'integer', (column) => column.notNull())
      .addColumn('at', 'double precision', (column) => column.notNull())
      .addColumn('status', 'integer')
      .addColumn('error', 'text')
      .addColumn('duration_ms', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('delivery_attempts_identity', ['delivery_id', 'run', 'attempt'])
      .execute();
    await db.schema
      .createTable('webhook_secrets')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('secret_id', 'text', (column) => column.notNull())
      .addColumn('created_at', 'double precision', (column) => column.notNull())
      .addColumn('secret', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('webhook_secrets_identity', ['tenant_id', 'secret_id'])
      .execute();
  },
};
