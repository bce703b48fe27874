import { readFile } from 'node:fs/promises';
import { enterArgv } from './enter-argv.ts';
import { markArgv, sweepMarked } from './owner-mark.ts';
import { ownerTag, startTimeOf } from './owner-tag.ts';
import type { GroupSample, ProcessLimits, ResourceControl, ResourceGroup } from './resource-control.ts';

/**
 * What a process may allocate beyond the memory limit before the kernel refuses. Stacks of threads and arenas of malloc
 * count in full there, used or not; what is really used is watched, and this bounds what happens between two looks.
 */
const DATA_SLACK_BYTES = 512 * 1024 ** 2;

/** What a program says that was refused memory. */
const REFUSED_MEMORY = /cannot allocate memory|out of memory|malloc of size \d+ failed|std::bad_alloc/i;

/** Part of its limit that a program must have used for such words to be about the limit: sizes are read from bad files. */
const NEAR_LIMIT = 0.5;

/** Clock ticks per second of the times in /proc; 100 on every Linux that Node runs on (sysconf(3), _SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;

/**
 * Limits without control groups, for machines on which this process may not make any: memory is watched and the tree
 * ended when it uses too much, processor time can't be held below a core's.
 *
 * @param owner tag of the process whose programs these are
 * @param note why there is nothing better
 */
export function rlimitControl(owner: string = ownerTag(), note?: string): ResourceControl {
  return {
    kind: 'rlimit',
    holds: ['memory', 'disk'],
    ...(note === undefined ? {} : { note }),
    open: (limits) => Promise.resolve(open(owner, limits)),
    sweep: sweepMarked,
  };
}

function open(owner: string, limits: ProcessLimits): ResourceGroup {
  // Members by number, with the time at which they began: who has left the tree with its parent's end stays known, and
  // a number that is used again is nobody's.
  const known = new Map<number, number>();
  const members = async (): Promise<number[]> => {
    for (const [pid, startTime] of known) if (startTimeOf(pid) !== startTime) known.delete(pid);
    const roots = [...known.keys()];
    for (const pid of (await Promise.all(roots.map(treeOf))).flat()) {
      const startTime = startTimeOf(pid);
      if (startTime !== undefined) known.set(pid, startTime);
    }
    return [...known.keys()];
  };
  // Of a process that ends only its parent hears: without this the processor time of a tree could go down.
  let mostCpuSeconds = 0;
  const kill = async (): Promise<void> => {
    for (const pid of await members()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // ESRCH: it has ended by itself.
      }
    }
  };
  return {
    enter: (argv) =>
      enterArgv(
        markArgv(argv, owner),
        [],
        limits,
        limits.memoryBytes === undefined ? undefined : limits.memoryBytes + DATA_SLACK_BYTES,
      ),
    attach: (pid) => {
      const startTime = startTimeOf(pid);
      if (startTime !== undefined) known.set(pid, startTime);
    },
    sample: async () => {
      const uses = await Promise.all((await members()).map(useOf));
      const cpuSeconds = uses.reduce((sum, use) => sum + use.cpuSeconds, 0);
      mostCpuSeconds = Math.max(mostCpuSeconds, cpuSeconds);
      return {
        cpuSeconds: mostCpuSeconds,
        memoryBytes: uses.reduce((sum, use) => sum + use.memoryBytes, 0),
      };
    },
    memoryVerdict: ({ complaints, seenBytes }) =>
      Promise.resolve({
        exhausted:
          seenBytes >= NEAR_LIMIT * (limits.memoryBytes ?? Infinity) && REFUSED_MEMORY.test(complaints),
      }),
    kill,
    close: kill,
  };
}

/** A process and all that descend from it, in whatever session, children before parents. */
async function treeOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = await Promise.all(
    text
      .split(' ')
      .filter(Boolean)
      .map((child) => treeOf(Number(child))),
  );
  return [...children.flat(), pid];
}

/** What one process uses (proc_pid_stat(5), proc_pid_statm(5)); nothing once it is gone. */
async function useOf(pid: number): Promise<GroupSample> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime, stime, and the same of children that have ended.
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
    const ownKilobytes = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return { cpuSeconds: ticks / TICKS_PER_SECOND, memoryBytes: ownKilobytes * 1024 };
  } catch {
    return { cpuSeconds: 0, memoryBytes: 0 };
  }
}
