import { CodedError } from '@framefold/domain';
import { Kysely, Migrator, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import type { Catalogue, CatalogueListener } from './catalogue.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { openPgliteDatabase } from './pglite-database.ts';
import { createPglitePool } from './pglite-pool.ts';
import { MIGRATIONS, type CatalogueSchema } from './schema.ts';
import { SqlCatalogue } from './sql-catalogue.ts';

/** Where a catalogue lies: in a folder, for one process, or on a PostgreSQL server, for any number. */
export type CataloguePlace = { readonly folder: string } | { readonly databaseUrl: string };

/**
 * Opens a catalogue and brings its tables up to date.
 *
 * @throws {CodedError} CATALOGUE_UNAVAILABLE, also when another process has the folder
 */
export async function openCatalogue(
  place: CataloguePlace,
  listener: CatalogueListener = {},
): Promise<Catalogue> {
  if ('databaseUrl' in place) return open(createServerPool(place.databaseUrl), listener, () => undefined);
  const release = acquireOwnerLock(place.folder);
  try {
    const database = await openPgliteDatabase(place.folder);
    return await open(createPglitePool(database), listener, release);
  } catch (error) {
    release();
    throw unavailable(error);
  }
}

async function open(
  pool: PostgresPool,
  listener: CatalogueListener,
  onClosed: () => void,
): Promise<Catalogue> {
  const db = new Kysely<CatalogueSchema>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw unavailable(error);
  }
  return new SqlCatalogue(db, listener, onClosed);
}

function createServerPool(databaseUrl: string): PostgresPool {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  // An idle connection that the server drops is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

function unavailable(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError(
    'CATALOGUE_UNAVAILABLE',
    `The catalogue cannot be opened: ${String(error)}`,
    {},
    { cause: error },
  );
}
