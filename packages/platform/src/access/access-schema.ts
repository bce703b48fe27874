import { DEFAULT_TENANT, TenantSettings, type Scope } from '@framefold/domain';
import { sql, type Generated, type Migration } from 'kysely';

/** Times are ms since the epoch, as everywhere in the catalogue. */
export interface TenantsTable {
  id: string;
  settings: TenantSettings;
  created_at: number;
  /** When the settings were decided; 0 for those that the table began with. */
  changed_at: Generated<number>;
}

export interface ApiKeysTable {
  id: string;
  tenant_id: string;
  name: string;
  scopes: readonly Scope[];
  secret_hash: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
}

/** What a tenant's jobs used, by day: folded from their events. */
export interface UsageDaysTable {
  tenant_id: string;
  day: string;
  jobs: number;
  minutes: number;
  bytes: number;
}

export interface AccessTables {
  tenants: TenantsTable;
  api_keys: ApiKeysTable;
  usage_days: UsageDaysTable;
}

/** The migrations that make them, and give each job a tenant. */
export const ACCESS_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0003-access': {
    async up(db) {
      await db.schema
        .createTable('tenants')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('settings', 'jsonb', (column) => column.notNull())
        .addColumn('created_at', 'double precision', (column) => column.notNull())
        .execute();
      const settings = JSON.stringify(TenantSettings.parse({}));
      await sql`insert into tenants (id, settings, created_at)
        values (${DEFAULT_TENANT}, cast(${settings} as jsonb), ${Date.now()})`.execute(db);
      await db.schema
        .createTable('api_keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenants.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('scopes', 'jsonb', (column) => column.notNull())
        .addColumn('secret_hash', 'text', (column) => column.notNull())
        .addColumn('created_at', 'double precision', (column) => column.notNull())
        .addColumn('expires_at', 'double precision')
        .addColumn('revoked_at', 'double precision')
        .addColumn('last_used_at', 'double precision')
        .execute();
      await db.schema
        .createIndex('api_keys_by_tenant')
        .on('api_keys')
        .columns(['tenant_id', 'created_at'])
        .execute();
      await db.schema
        .alterTable('jobs')
        .addColumn('tenant_id', 'text', (column) => column.notNull().defaultTo(DEFAULT_TENANT))
        .execute();
      await db.schema
        .createIndex('jobs_by_tenant')
        .on('jobs')
        .columns(['tenant_id', 'created_at', 'job_id'])
        .execute();
      await db.schema
        .createIndex('jobs_by_tenant_and_status')
        .on('jobs')
        .columns(['tenant_id', 'status'])
        .execute();
      await db.schema
        .createTable('usage_days')
        .addColumn('tenant_id', 'text', (column) => column.notNull())
        .addColumn('day', 'text', (column) => column.notNull())
        .addColumn('jobs', 'integer', (column) => column.notNull())
        .addColumn('minutes', 'double precision', (column) => column.notNull())
        .addColumn('bytes', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('usage_days_place', ['tenant_id', 'day'])
        .execute();
      // What the jobs so far used, on the days on which they were submitted.
      await sql`insert into usage_days (tenant_id, day, jobs, minutes, bytes)
        select ${DEFAULT_TENANT}, to_char(to_timestamp(created_at / 1000) at time zone 'UTC', 'YYYY-MM-DD'), count(*),
          sum(coalesce(cast(fold -> 'output' ->> 'durationSeconds' as double precision), 0)) / 60,
          sum(coalesce(cast(fold -> 'output' ->> 'sizeBytes' as double precision), 0))
        from jobs where created_at is not null group by 2`.execute(db);
    },
  },
};

/** Tells newer settings of a tenant from older ones, such as those of a backup. */
export const datedTenants: Migration = {
  async up(db) {
    await db.schema
      .alterTable('tenants')
      .addColumn('changed_at', 'double precision', (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`update tenants set changed_at = greatest(created_at, 1) where id <> ${DEFAULT_TENANT}`.execute(
      db,
    );
  },
};

/** Tells jobs that were let in, and are not in the log yet, from all others: also those that are run again. */
export const datedAdmissions: Migration = {
  async up(db) {
    await db.schema.alterTable('jobs').addColumn('admitted_at', 'double precision').execute();
    await db.schema
      .createIndex('jobs_admitted')
      .on('jobs')
      .columns(['tenant_id', 'admitted_at'])
      .where('admitted_at', 'is not', null)
      .execute();
  },
};
