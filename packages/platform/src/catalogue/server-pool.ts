import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

/** How long a PostgreSQL server may be silent. */
export interface ServerPatience {
  /** Until there is a connection, also a free one of those that there are, in ms. */
  readonly connectMs: number;
  /** Until a query is answered, in ms; 0: for ever. */
  readonly queryMs: number;
}

/** Far above what any query of the catalogue takes. */
export const SERVER_PATIENCE: ServerPatience = { connectMs: 5_000, queryMs: 30_000 };

/** How long a connection may be idle before it is probed, in ms: hosts that are gone say nothing. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Connections to a PostgreSQL server. One on which a query remained without an answer is closed, with its transaction:
 * the answer may still come, and would be taken for that to another query.
 */
export function createServerPool(databaseUrl: string, { connectMs, queryMs }: ServerPatience): PostgresPool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  // An idle connection that the server drops is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    connect: async () => createClient(await pool.connect()),
    end: () => pool.end(),
  };
}

function createClient(client: pg.PoolClient): PostgresPoolClient {
  let unanswered: Error | undefined;
  async function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // The end of a transaction is not waited for in vain once more.
    if (unanswered !== undefined) throw unanswered;
    try {
      return (await client.query(sql, [...parameters])) as unknown as PostgresQueryResult<R>;
    } catch (error) {
      if (error instanceof Error && !(error instanceof pg.DatabaseError)) unanswered = error;
      throw error;
    }
  }
  // Cursors are only asked for by streaming queries, which the catalogue has none of.
  return {
    query: query as PostgresPoolClient['query'],
    release: () => client.release(unanswered !== undefined),
  };
}
