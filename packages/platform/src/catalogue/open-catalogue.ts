import { CodedError } from '@framefold/domain';
import { Kysely, Migrator, PostgresDialect, type PostgresPool } from 'kysely';
import { type FolderOwnership, takeFolder } from '../folder-owner.ts';
import type { CatalogueListener, OpenCatalogue } from './catalogue.ts';
import { makePgliteDatabase, startPgliteDatabase } from './pglite-database.ts';
import { createPglitePool } from './pglite-pool.ts';
import { MIGRATIONS, type CatalogueSchema } from './schema.ts';
import { createServerPool, SERVER_PATIENCE, type ServerPatience } from './server-pool.ts';
import { SqlCatalogue } from './sql-catalogue.ts';

/** Where a catalogue lies: in a folder, for one process, or on a PostgreSQL server, for any number. */
export type CataloguePlace =
  { readonly folder: string } | { readonly databaseUrl: string; readonly patience?: ServerPatience };

/**
 * Opens a catalogue and brings its tables up to date.
 *
 * @throws {CodedError} CATALOGUE_UNAVAILABLE, also when another process has the folder
 */
export async function openCatalogue(
  place: CataloguePlace,
  listener: CatalogueListener = {},
): Promise<OpenCatalogue> {
  if ('databaseUrl' in place) {
    const { databaseUrl, patience = SERVER_PATIENCE } = place;
    // Migrations of big tables take their time, and wait for one another.
    const db = databaseOf(createServerPool(databaseUrl, { ...patience, queryMs: 0 }));
    await migrate(db);
    await db.destroy();
    return new SqlCatalogue(databaseOf(createServerPool(databaseUrl, patience)), listener);
  }
  const { release, descriptor } = takeAlone(place.folder);
  try {
    await makePgliteDatabase(place.folder);
    const pool = createPglitePool(() => startPgliteDatabase(place.folder, descriptor));
    const db = databaseOf(pool);
    await migrate(db);
    return new SqlCatalogue(db, listener, release);
  } catch (error) {
    release();
    throw unavailable(error);
  }
}

const databaseOf = (pool: PostgresPool): Kysely<CatalogueSchema> =>
  new Kysely({ dialect: new PostgresDialect({ pool }) });

/** Brings the tables up to date; closes the database where that fails. */
async function migrate(db: Kysely<CatalogueSchema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  await db.destroy();
  throw unavailable(error);
}

/** @throws {CodedError} CATALOGUE_UNAVAILABLE, naming the process that has the folder */
function takeAlone(folder: string): Extract<FolderOwnership, { release: unknown }> {
  let ownership: FolderOwnership;
  try {
    ownership = takeFolder(folder);
  } catch (error) {
    throw unavailable(error);
  }
  if ('release' in ownership) return ownership;
  const { holder } = ownership;
  throw new CodedError(
    'CATALOGUE_UNAVAILABLE',
    `The catalogue in ${folder} is in use by process ${holder}.`,
    { holder },
  );
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
