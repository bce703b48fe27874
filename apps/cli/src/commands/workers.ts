import { connect } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { widthOf, type Io } from '../io.ts';
import type { Voice } from '../reporter.ts';
import { workerTable } from '../worker-table.ts';

/** `framefold workers list`: the workers and the task queues, as tables or as JSON in one line. */
export async function listWorkers(
  options: Voice & { readonly verbose?: boolean },
  io: Io,
): Promise<ExitCode> {
  const pool = await connect(io).call('get', '/api/workers');
  const text =
    options.json === true
      ? JSON.stringify(pool)
      : workerTable(pool, {
          now: Date.now(),
          // What is piped is not cut.
          width: widthOf(io.stdout, Infinity),
          verbose: options.verbose === true,
        }).join('\n');
  io.stdout.write(`${text}\n`);
  return EXIT.ok;
}

/** `framefold worker`: one more worker on this machine, in the foreground. */
export async function runWorker({ roles }: { readonly roles?: string }, io: Io): Promise<ExitCode> {
  return (await io.runWorker(roles)) === 0 ? EXIT.ok : EXIT.failed;
}
