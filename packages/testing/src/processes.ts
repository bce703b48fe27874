import { readdir, readFile } from 'node:fs/promises';

/** A process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  /** The whole command line, tokens separated by spaces. */
  readonly commandLine: string;
}

/** All processes that have `text` in their command line, this one left out; sandboxed ones are seen, too. */
export async function processesNaming(text: string): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Empty for a process that has ended and is not yet reaped; an error for one that went meanwhile.
      const tokens = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid, commandLine: tokens.replaceAll('\0', ' ').trim() };
    }),
  );
  return found.filter(({ commandLine }) => commandLine.includes(text));
}
