import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc, the same on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;

// Fields of /proc/<pid>/stat counted after the name, which may itself contain spaces and brackets (proc(5)).
const USER_TIME = 11;
const CHILDREN_USER_TIME = 13;

/** CPU seconds, in user and kernel mode. */
export interface CpuSeconds {
  readonly own: number;
  /** Of children that have ended and were waited for, and of theirs. */
  readonly children: number;
}

/** The CPU time of a process so far; undefined when there is none of that number. */
export function cpuSeconds(pid: number): CpuSeconds | undefined {
  const stat = readQuietly(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const pair = (first: number): number =>
    (Number(fields[first]) + Number(fields[first + 1])) / TICKS_PER_SECOND;
  return { own: pair(USER_TIME), children: pair(CHILDREN_USER_TIME) };
}

/** The processes that descend from one, with their programs. */
export function descendants(pid: number): { pid: number; program: string }[] {
  // Node, nice and bubblewrap all fork from their first thread.
  const children = readQuietly(`/proc/${pid}/task/${pid}/children`) ?? '';
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .flatMap((child) => [
      { pid: child, program: readQuietly(`/proc/${child}/cmdline`)?.split('\0')[0] ?? '' },
      ...descendants(child),
    ]);
}

function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process has ended
  }
}
