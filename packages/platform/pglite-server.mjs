// Usage: fork(pglite-server.mjs, [FOLDER, ...PARAMETERS]); PARAMETERS go to PostgreSQL.
// A PGlite for the process that forked it, which asks by messages. It ends with that process, however that ends, but for
// the statement that is running.
import { PGlite } from '@electric-sql/pglite';

const [folder, ...parameters] = process.argv.slice(2);

// A Ctrl-C is meant for all processes of a terminal; ours is the one that knows when nothing is asked any more.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

const database = await PGlite.create(folder, { startParams: [...PGlite.defaultStartParams, ...parameters] });

process.on(
  'message',
  /** @param {{ readonly id: number, readonly sql: string, readonly parameters: unknown[] }} query */
  async ({ id, sql, parameters: values }) => {
    try {
      const { rows, affectedRows } = await database.query(sql, values);
      process.send?.({ id, rows, affectedRows });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
    }
  },
);
process.on('disconnect', () => {
  void database.close().finally(() => process.exit());
});
process.send?.({ id: 0 });
