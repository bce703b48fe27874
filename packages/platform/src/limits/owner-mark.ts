import { readdir, readFile } from 'node:fs/promises';
import { isOwnerAlive } from './owner-tag.ts';

/** A variable, since these are inherited by whatever is started, and shown of any process by the kernel. */
const VARIABLE = 'FRAMEFOLD_OWNER';

/** The command line that runs another one, all processes of it marked with their owner's tag. */
export function markArgv(argv: readonly string[], owner: string): string[] {
  return ['env', `${VARIABLE}=${owner}`, ...argv];
}

/** Ends the processes of this machine that are marked with the tag of a dead owner (proc_pid_environ(5)). */
export async function sweepMarked(): Promise<void> {
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    // Refused for processes of other users, and gone with those that have ended.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const owner = environment
      .split('\0')
      .find((variable) => variable.startsWith(`${VARIABLE}=`))
      ?.slice(VARIABLE.length + 1);
    if (owner === undefined || isOwnerAlive(owner) !== false) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ESRCH: it has ended by itself.
    }
  }
}
