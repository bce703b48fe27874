import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { DatabaseProcess } from './pglite-process.ts';

/**
 * PGlite as a pool of one connection, for Kysely's own PostgreSQL dialect: a caller has the connection to itself from
 * `connect` to `release`, so no statement of another gets into its transaction.
 *
 * @param start starts the database; again, should its process have ended in between
 */
export function createPglitePool(start: () => Promise<DatabaseProcess>): PostgresPool {
  let free: Promise<void> = Promise.resolve();
  let running: DatabaseProcess | undefined;
  return {
    async connect() {
      const before = free;
      let release = (): void => undefined;
      free = new Promise((resolve) => (release = resolve));
      await before;
      try {
        if (running === undefined || running.hasEnded()) running = await start();
      } catch (error) {
        release();
        throw error;
      }
      return createClient(running, release);
    },
    async end() {
      await free;
      await running?.close();
    },
  };
}

/** Of one process, never of its successor: what that was told of a transaction would be by itself. */
function createClient(database: DatabaseProcess, release: () => void): PostgresPoolClient {
  async function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const { rows, affectedRows = 0 } = await database.query(sql, parameters);
    // PGlite does not say which command it was; the count is meaningful for those that change rows alone.
    return { command: 'UPDATE', rowCount: affectedRows, rows: rows as R[] };
  }
  // Cursors are only asked for by streaming queries, which the catalogue has none of.
  return { query: query as PostgresPoolClient['query'], release };
}
