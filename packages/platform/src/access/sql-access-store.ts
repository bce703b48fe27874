import {
  dayOf,
  EMPTY_FOLD,
  exceededQuota,
  hasEnded,
  JOB_STATES,
  type AccessRows,
  type ApiKey,
  type ExceededQuota,
  type KeyRow,
  type Standing,
  type Tenant,
  type TenantRow,
  type TenantSettings,
  type UsageDay,
} from '@framefold/domain';
import { sql, type InsertObject, type Kysely, type Selectable } from 'kysely';
import { guarded } from '../catalogue/guarded.ts';
import { json, type CatalogueSchema } from '../catalogue/schema.ts';
import { storableText } from '../catalogue/storable-text.ts';
import type { ApiKeysTable, TenantsTable } from './access-schema.ts';
import type { AccessStore, Admission, KeyOfTenant, StoredKey } from './access-store.ts';

/** How long a run that was let in may take to get into the catalogue, in ms; after that it was never started. */
const ADMISSION_MS = 60_000;

/** Rows of one statement: far below the 65,535 parameters that PostgreSQL takes. */
const MOST_ROWS = 1_000;

const RUNNING = JOB_STATES.filter((state) => !hasEnded(state));

/** Tenants, keys and usage in PostgreSQL, in-process or on a server. Expects its tables to be there. */
export class SqlAccessStore implements AccessStore {
  readonly #db: Kysely<CatalogueSchema>;

  constructor(db: Kysely<CatalogueSchema>) {
    this.#db = db;
  }

  async createTenant({ id, createdAt, ...settings }: Tenant): Promise<boolean> {
    const made = await guarded(() =>
      this.#db
        .insertInto('tenants')
        .values({ id, settings: json(settings), created_at: createdAt, changed_at: createdAt })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .execute(),
    );
    return made.length > 0;
  }

  async tenants(): Promise<readonly Tenant[]> {
    const rows = await guarded(() => this.#db.selectFrom('tenants').selectAll().orderBy('id').execute());
    return rows.map(toTenant);
  }

  async tenant(id: string): Promise<Tenant | undefined> {
    const row = await guarded(() =>
      this.#db.selectFrom('tenants').selectAll().where('id', '=', storableText(id)).executeTakeFirst(),
    );
    return row === undefined ? undefined : toTenant(row);
  }

  async setTenant(id: string, settings: TenantSettings): Promise<Tenant | undefined> {
    const row = await guarded(() =>
      this.#db
        .updateTable('tenants')
        // Later than before also by a clock that was set back.
        .set({ settings: json(settings), changed_at: sql<number>`greatest(changed_at + 1, ${Date.now()})` })
        .where('id', '=', storableText(id))
        .returningAll()
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : toTenant(row);
  }

  async createKey(key: StoredKey): Promise<void> {
    await guarded(() => insertKey(this.#db, key));
  }

  async key(id: string): Promise<KeyOfTenant | undefined> {
    return await guarded(async () => {
      const key = await this.#db
        .selectFrom('api_keys')
        .selectAll()
        .where('id', '=', storableText(id))
        .executeTakeFirst();
      if (key === undefined) return undefined;
      const tenant = await this.#db
        .selectFrom('tenants')
        .selectAll()
        .where('id', '=', key.tenant_id)
        .executeTakeFirstOrThrow();
      return { key: { ...toKey(key), secretHash: key.secret_hash }, tenant: toTenant(tenant) };
    });
  }

  async keys(tenantId: string): Promise<readonly ApiKey[]> {
    const rows = await guarded(() =>
      this.#db
        .selectFrom('api_keys')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute(),
    );
    return rows.map(toKey);
  }

  async succeedKey(id: string, successor: StoredKey, until: number): Promise<ApiKey | undefined> {
    return await guarded(() =>
      this.#db.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('api_keys')
          // `least` passes over what is null.
          .set({ expires_at: sql<number>`least(expires_at, ${until})` })
          .where('id', '=', id)
          .where('tenant_id', '=', successor.tenantId)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return undefined;
        await insertKey(trx, successor);
        return toKey(row);
      }),
    );
  }

  async revokeKey(tenantId: string, id: string, at: number): Promise<ApiKey | undefined> {
    const row = await guarded(() =>
      this.#db
        .updateTable('api_keys')
        .set({ revoked_at: sql<number>`least(revoked_at, ${at})` })
        .where('id', '=', storableText(id))
        .where('tenant_id', '=', tenantId)
        .returningAll()
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : toKey(row);
  }

  async touchKey(id: string, at: number): Promise<void> {
    await guarded(() =>
      this.#db.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute(),
    );
  }

  async rows(): Promise<AccessRows> {
    return await guarded(async () => {
      // Keys first: no tenant is ever removed, so that of each key is among those that are read then.
      const keys = await this.#db.selectFrom('api_keys').selectAll().execute();
      const tenants = await this.#db.selectFrom('tenants').selectAll().execute();
      return {
        tenants: tenants.map((row) => ({ ...toTenant(row), changedAt: row.changed_at })),
        keys: keys.map((row) => {
          const { lastUsedAt: _lastUsedAt, ...key } = toKey(row);
          return { ...key, secretHash: row.secret_hash };
        }),
      };
    });
  }

  async restore({ tenants, keys }: AccessRows): Promise<{ tenants: number; keys: number }> {
    return await guarded(() =>
      this.#db.transaction().execute(async (trx) => {
        const present = {
          tenants: await idsOf(trx, 'tenants'),
          keys: await idsOf(trx, 'api_keys'),
        };
        for (const rows of blocks(tenants)) await restoreTenants(trx, rows);
        for (const rows of blocks(keys)) await restoreKeys(trx, rows);
        return {
          tenants: tenants.filter(({ id }) => !present.tenants.has(id)).length,
          keys: keys.filter(({ id }) => !present.keys.has(id)).length,
        };
      }),
    );
  }

  async usage(tenantId: string, fromDay: string): Promise<readonly UsageDay[]> {
    return await guarded(() =>
      this.#db
        .selectFrom('usage_days')
        .select(['day', 'jobs', 'minutes', 'bytes'])
        .where('tenant_id', '=', tenantId)
        .where('day', '>=', fromDay)
        .orderBy('day')
        .execute(),
    );
  }

  async standing(tenantId: string, now: number): Promise<Standing> {
    return await guarded(() => standingOf(this.#db, tenantId, now));
  }

  async admit({ tenant, jobId, now }: Admission): Promise<ExceededQuota | undefined> {
    return await guarded(() =>
      this.#db.transaction().execute(async (trx) => {
        // The lock of the tenant's row puts its admissions in a line.
        await trx.selectFrom('tenants').select('id').where('id', '=', tenant.id).forUpdate().execute();
        const exceeded = exceededQuota(tenant.quotas, await standingOf(trx, tenant.id, now, jobId));
        if (exceeded !== undefined) return exceeded;
        await trx
          .insertInto('jobs')
          .values({
            job_id: jobId,
            tenant_id: tenant.id,
            updated_at: now,
            status: EMPTY_FOLD.state,
            labels: json([]),
            fold: json(EMPTY_FOLD),
            live: json(null),
            admitted_at: now,
          })
          .onConflict((conflict) => conflict.column('job_id').doUpdateSet({ admitted_at: now }))
          .execute();
        return undefined;
      }),
    );
  }

  async release(jobId: string): Promise<void> {
    await guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('jobs')
        .where('job_id', '=', jobId)
        // Without an event it was only let in.
        .where('next_position', 'is', null)
        .executeTakeFirst();
      if (numDeletedRows > 0n) return;
      await this.#db.updateTable('jobs').set({ admitted_at: null }).where('job_id', '=', jobId).execute();
    });
  }
}

/** @param except a job that does not count */
async function standingOf(
  db: Kysely<CatalogueSchema>,
  tenantId: string,
  now: number,
  except = '',
): Promise<Standing> {
  const running = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('job_id', '!=', except)
    .where((eb) =>
      eb.or([
        eb.and([eb('status', 'in', RUNNING), eb('created_at', 'is not', null)]),
        // Whatever it is in the log so far: what is run again has failed before.
        eb('admitted_at', '>', now - ADMISSION_MS),
      ]),
    )
    .executeTakeFirstOrThrow();
  const used = await db
    .selectFrom('usage_days')
    .select([
      sql<number>`coalesce(sum(minutes) filter (where day = ${dayOf(now)}), 0)`.as('minutes'),
      sql<number>`coalesce(sum(bytes), 0)`.as('bytes'),
    ])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow();
  return { runningJobs: Number(running.count), minutesToday: used.minutes, storedBytes: used.bytes };
}

async function insertKey(db: Kysely<CatalogueSchema>, key: StoredKey): Promise<void> {
  await db.insertInto('api_keys').values(fromKey(key)).execute();
}

async function idsOf(
  db: Kysely<CatalogueSchema>,
  table: 'tenants' | 'api_keys',
): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom(table).select('id').execute();
  return new Set(rows.map(({ id }) => id));
}

async function restoreTenants(db: Kysely<CatalogueSchema>, tenants: readonly TenantRow[]): Promise<void> {
  await db
    .insertInto('tenants')
    .values(
      tenants.map(({ id, createdAt, changedAt, ...settings }) => ({
        ...{ id, settings: json(settings) },
        ...{ created_at: createdAt, changed_at: changedAt },
      })),
    )
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((eb) => ({
          settings: eb.ref('excluded.settings'),
          created_at: eb.ref('excluded.created_at'),
          changed_at: eb.ref('excluded.changed_at'),
        }))
        // At the same time they are the same, but for those that every catalogue begins with.
        .whereRef('tenants.changed_at', '<=', 'excluded.changed_at'),
    )
    .execute();
}

async function restoreKeys(db: Kysely<CatalogueSchema>, keys: readonly KeyRow[]): Promise<void> {
  await db
    .insertInto('api_keys')
    .values(keys.map(fromKey))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        expires_at: sql<number>`least(api_keys.expires_at, excluded.expires_at)`,
        revoked_at: sql<number>`least(api_keys.revoked_at, excluded.revoked_at)`,
      }),
    )
    .execute();
}

function fromKey(key: StoredKey): InsertObject<CatalogueSchema, 'api_keys'> {
  return {
    id: key.id,
    tenant_id: key.tenantId,
    name: storableText(key.name),
    scopes: json(key.scopes),
    secret_hash: key.secretHash,
    created_at: key.createdAt,
    expires_at: key.expiresAt ?? null,
    revoked_at: key.revokedAt ?? null,
    last_used_at: key.lastUsedAt ?? null,
  };
}

function blocks<Row>(rows: readonly Row[]): Row[][] {
  const count = Math.ceil(rows.length / MOST_ROWS);
  return Array.from({ length: count }, (_, block) => rows.slice(block * MOST_ROWS, (block + 1) * MOST_ROWS));
}

function toTenant({ id, settings, created_at }: Selectable<TenantsTable>): Tenant {
  return { id, ...settings, createdAt: created_at };
}

function toKey(row: Selectable<ApiKeysTable>): ApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    scopes: [...row.scopes],
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}
