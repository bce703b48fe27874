import type { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

/**
 * PGlite as a pool of one connection, for Kysely's own PostgreSQL dialect: a caller has the connection to itself from
 * `connect` to `release`, so no statement of another gets into its transaction.
 */
export function createPglitePool(database: PGlite): PostgresPool {
  let free: Promise<void> = Promise.resolve();
  return {
    async connect() {
      const before = free;
      let release = (): void => undefined;
      free = new Promise((resolve) => (release = resolve));
      await before;
      return createClient(database, release);
    },
    async end() {
      await free;
      await database.close();
    },
  };
}

function createClient(database: PGlite, release: () => void): PostgresPoolClient {
  async function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const { rows, affectedRows = 0 } = await database.query<R>(sql, [...parameters]);
    // PGlite does not say which command it was; the count is meaningful for those that change rows alone.
    return { command: 'UPDATE', rowCount: affectedRows, rows };
  }
  // Cursors are only asked for by streaming queries, which the catalogue has none of.
  return { query: query as PostgresPoolClient['query'], release };
}
