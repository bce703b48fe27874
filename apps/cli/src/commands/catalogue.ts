import { setTimeout as sleep } from 'node:timers/promises';
import type { Schemas } from '@framefold/client';
import { CommandError } from '../command-error.ts';
import { connect } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { patiently } from '../patience.ts';
import { humanStream, type Voice } from '../reporter.ts';

/** `framefold catalogue rebuild`: begins it and waits for its end. A Ctrl-C leaves it to go on. */
export async function rebuild(options: Voice, io: Io): Promise<ExitCode> {
  const client = connect(io);
  const stream = humanStream(io, options);
  const say = (line: string): void => void stream.write(`${line}\n`);
  return await interruptible(io, async (signal) => {
    let state = await client.call('post', '/api/catalogue/rebuild');
    while (state.status === 'running') {
      await sleep(io.pace.pollMs, undefined, { signal });
      state = await patiently(
        () => client.call('get', '/api/catalogue/rebuild', { signal }),
        io.pace,
        say,
        signal,
      );
    }
    linesOf(state).forEach(say);
    if (options.json === true) io.stdout.write(`${JSON.stringify(state)}\n`);
    if (state.status === 'completed') return EXIT.ok;
    // A service that was restarted meanwhile knows nothing of it.
    const message = state.error ?? 'The service was restarted before the end.';
    const { code = 'REBUILD_FAILED', hint = 'Run it again: what is restored stays.' } = state;
    throw new CommandError(code, message, hint);
  });
}

function linesOf(state: Schemas['RebuildState']): string[] {
  const { fromStore, fromTemporal, batches, tenants, keys } = state;
  const jobs = `Restored: ${fromStore} jobs from the store, ${fromTemporal} from Temporal, ${batches} batches.`;
  if (state.accessBackup === 'absent')
    return [jobs, 'There is no backup of tenants and keys: none were restored.'];
  if (state.accessBackup === 'restored')
    return [jobs, `From their backup: ${tenants} tenants and ${keys} keys that were not there.`];
  return [jobs];
}
