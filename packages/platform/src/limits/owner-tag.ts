import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names what belongs to a process (a folder, a control group) so that it can be told later whether its owner lives: host,
 * process number, and the time at which that process began, since numbers are used again.
 */
export function ownerTag(pid: number = process.pid): string {
  return `${hostname()}_${pid}_${startTimeOf(pid) ?? 0}`;
}

/** Whether the owner of a tag lives; undefined for a tag of another machine or container, and for what is no tag. */
export function isOwnerAlive(tag: string): boolean | undefined {
  const [, host, pid, startTime] = /^(.+)_(\d+)_(\d+)$/.exec(tag) ?? [];
  if (host !== hostname() || pid === undefined) return undefined;
  return startTimeOf(Number(pid)) === Number(startTime);
}

/** Clock ticks since boot at which a process began, or undefined when it is gone (proc_pid_stat(5), field 22). */
export function startTimeOf(pid: number): number | undefined {
  const fields = statOf(pid);
  return fields === undefined || fields[0] === 'Z' ? undefined : Number(fields[19]);
}

/** A process, its parent, and so on to the first that can be seen from here. */
export function ancestry(pid: number): number[] {
  const parent = Number(statOf(pid)?.[1] ?? 0);
  return parent === 0 ? [pid] : [pid, ...ancestry(parent)];
}

/** What the kernel tells of a process, from its state (field 3 of proc_pid_stat(5)) on; undefined when it is gone. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
