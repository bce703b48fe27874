import { removeLeftovers } from './leftovers.ts';
import { readPidFile, signalQuietly, waitForExit } from './process-identity.ts';
import { stackPaths } from './stack-paths.ts';

/** How an end went. */
export type DownOutcome = 'was-not-running' | 'stopped' | 'killed';

const childNames = ['temporal', 'control', 'encode'];
const slackMs = 15_000;
const killTimeoutMs = 10_000;

/**
 * Ends the stack of `home` (absolute) in good order and waits for it; kills it when that takes too long.
 *
 * @param drainSeconds time that running encodes get to finish
 */
export async function down(home: string, drainSeconds: number): Promise<DownOutcome> {
  const supervisor = readPidFile(stackPaths(home).pidFile('supervisor'));
  if (supervisor === undefined) {
    // A supervisor that was killed may have left children where the kernel could not be told to end them.
    await removeLeftovers(home, childNames);
    return 'was-not-running';
  }
  signalQuietly(supervisor.pid, 'SIGTERM');
  if (await waitForExit(supervisor, drainSeconds * 1000 + 2 * slackMs)) return 'stopped';
  signalQuietly(supervisor.pid, 'SIGKILL');
  await waitForExit(supervisor, killTimeoutMs);
  await removeLeftovers(home, childNames);
  return 'killed';
}
