import { CodedError } from '@framefold/domain';
import { Kysely, Migrator, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import { type FolderOwnership, takeFolder } from '../folder-owner.ts';
import type { CatalogueListener, OpenCatalogue } from './catalogue.ts';
import { makePgliteDatabase, startPgliteDatabase } from './pglite-database.ts';
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
): Promise<OpenCatalogue> {
  if ('databaseUrl' in place) return open(createServerPool(place.databaseUrl), listener);
  const { release, descriptor } = takeAlone(place.folder);
  try {
    await makePgliteDatabase(place.folder);
    const pool = createPglitePool(() => startPgliteDatabase(place.folder, descriptor));
    return await open(pool, listener, release);
  } catch (error) {
    release();
    throw unavailable(error);
  }
}

async function open(
  pool: PostgresPool,
  listener: CatalogueListener,
  release?: () => void,
): Promise<OpenCatalogue> {
  const db = new Kysely<CatalogueSchema>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw unavailable(error);
  }
  return new SqlCatalogue(db, listener, release);
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
