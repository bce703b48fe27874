import { readPidFile, removePidFile, signalQuietly, waitForExit } from './process-identity.ts';
import { stackPaths } from './stack-paths.ts';

const killTimeoutMs = 10_000;

/**
 * Kills what a killed supervisor has left running (only possible where `setpriv` is missing). A pid file names a
 * process by number, start time and boot, so that no other process is ever hit. To be called under the lock.
 */
export async function removeLeftovers(home: string, names: readonly string[]): Promise<void> {
  const paths = stackPaths(home);
  for (const name of names) {
    const leftover = readPidFile(paths.pidFile(name));
    if (leftover !== undefined) {
      signalQuietly(-leftover.pid, 'SIGKILL'); // every child leads a group of its own
      await waitForExit(leftover, killTimeoutMs);
    }
    removePidFile(paths.pidFile(name));
  }
}
