// A lock between processes. flock(2) is taken by util-linux's `flock` on a descriptor that we opened: the lock
// belongs to the open file description, so it stays ours after `flock` exits and goes when this process does,
// by whatever death. No stale lock is possible.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { note } from './steps.mjs';

/** @param {string[]} args @param {number} descriptor @returns {Promise<number | null>} */
function flock(args, descriptor) {
  return new Promise((resolve) => {
    const child = spawn('flock', [...args, '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
}

/**
 * Runs an action while no other process runs one under the same lock file. Where the machine has no `flock`
 * the action runs unlocked: every write below it is an atomic rename, so the worst case is work done twice.
 * @template T
 * @param {string} path lock file, made if missing
 * @param {string} purpose what is waited for, in words
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(path, purpose, action) {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, 'a');
  try {
    if ((await flock(['--nonblock'], descriptor)) === 1) {
      note(`waiting for another process: ${purpose}`);
      await flock([], descriptor);
    }
    return await action();
  } finally {
    closeSync(descriptor);
  }
}
