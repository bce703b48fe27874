import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readPidFile } from './process-identity.ts';
import { StackError } from './stack-error.ts';
import { stackPaths } from './stack-paths.ts';

const heldByAnother = 1;

/**
 * Takes the one lock of a home. `flock` locks the open file description that we pass it, so that the lock is ours
 * after it exits and the kernel drops it with this process, even after kill -9. Node opens files close-on-exec:
 * no child keeps the lock alive.
 *
 * @returns the function that gives the lock back
 * @throws {StackError} STACK_ALREADY_RUNNING, TOOL_MISSING
 */
export function acquireStackLock(home: string): () => void {
  const paths = stackPaths(home);
  mkdirSync(paths.run, { recursive: true });
  const descriptor = openSync(paths.lock, 'a');
  const { error, status } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (error === undefined && status === 0) return () => closeSync(descriptor);
  closeSync(descriptor);
  if (status === heldByAnother) {
    const pid = readPidFile(paths.pidFile('supervisor'))?.pid;
    throw new StackError(
      'STACK_ALREADY_RUNNING',
      `The stack of ${home} is already running (process ${pid ?? 'unknown'}). Stop it with 'framefold down', or set FRAMEFOLD_HOME and FRAMEFOLD_PORT for a second one.`,
    );
  }
  throw new StackError('TOOL_MISSING', "The command 'flock' is needed and does not run: install util-linux.");
}
