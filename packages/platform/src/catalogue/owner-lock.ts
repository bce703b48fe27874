import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@framefold/domain';

const HELD_BY_ANOTHER = 1;

/**
 * Takes a folder for this process alone. `flock` locks the open file description that it is handed, so the lock stays
 * ours when flock has ended and the kernel drops it with this process, kill -9 included (flock(2)). Node opens files
 * close-on-exec, so no child keeps it alive.
 *
 * @param folder made when it is missing
 * @returns gives the lock back
 * @throws {CodedError} CATALOGUE_UNAVAILABLE, naming the process that holds it
 */
export function acquireOwnerLock(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'owner.lock');
  const descriptor = openSync(path, 'a+');
  const { error, status } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (error === undefined && status === 0) {
    ftruncateSync(descriptor);
    writeSync(descriptor, `${process.pid}\n`);
    return () => closeSync(descriptor);
  }
  closeSync(descriptor);
  if (status !== HELD_BY_ANOTHER) {
    throw new CodedError('CATALOGUE_UNAVAILABLE', "The command 'flock' does not run: install util-linux.");
  }
  const holder = readFileSync(path, 'utf8').trim() || 'unknown';
  throw new CodedError(
    'CATALOGUE_UNAVAILABLE',
    `The catalogue in ${folder} is in use by process ${holder}.`,
    {
      holder,
    },
  );
}
