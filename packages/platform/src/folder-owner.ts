import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const HELD_BY_ANOTHER = 1;

/** Whether a folder is this process's alone, and if not, whose. */
export type FolderOwnership =
  /** `release` gives it back. A child that inherits `descriptor` keeps it from others for as long as it lives. */
  { readonly release: () => void; readonly descriptor: number } | { readonly holder: string };

/**
 * Takes a folder for this process alone, unless another has it. `flock` locks the open file description that it is
 * handed, so the lock stays ours when flock has ended and the kernel drops it with this process, kill -9 included
 * (flock(2)). Node opens files close-on-exec, so no child keeps it alive unless it is handed the descriptor.
 *
 * @param folder made when it is missing
 * @throws {Error} when the command `flock` does not run
 */
export function takeFolder(folder: string): FolderOwnership {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'owner.lock');
  const descriptor = openSync(path, 'a+');
  const { error, status } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (error === undefined && status === 0) {
    ftruncateSync(descriptor);
    writeSync(descriptor, `${process.pid}\n`);
    return { release: () => closeSync(descriptor), descriptor };
  }
  closeSync(descriptor);
  if (status !== HELD_BY_ANOTHER) throw new Error("The command 'flock' does not run: install util-linux.");
  return { holder: readFileSync(path, 'utf8').trim() || 'unknown' };
}
