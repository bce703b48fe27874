import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupPlaces } from './cgroup-places.ts';
import { groupName, killGroup, makeGroup, readNumber, removeGroup, sweepGroups } from './cgroup-group.ts';
import { enterArgv } from './enter-argv.ts';
import type { ProcessLimits, ResourceControl, ResourceGroup } from './resource-control.ts';

/** Microseconds over which the processor time of a group is counted; the kernel's default. */
const CPU_PERIOD_US = 100_000;

/** One hierarchy for each controller (https://docs.kernel.org/admin-guide/cgroup-v1/). */
const CONTROLLERS = ['memory', 'cpu', 'cpuacct'] as const;

type Folders = Readonly<Record<(typeof CONTROLLERS)[number], string>>;

/** Limits by control groups, version 1, or undefined when this process has not all controllers that it takes. */
export function cgroupV1Control(places: CgroupPlaces, owner: string): ResourceControl | undefined {
  const [memory, cpu, cpuacct] = CONTROLLERS.map((controller) => places.get(controller));
  if (memory === undefined || cpu === undefined || cpuacct === undefined) return undefined;
  const roots: Folders = { memory, cpu, cpuacct };
  return {
    kind: 'cgroup-v1',
    holds: ['cpu', 'memory', 'disk'],
    open: (limits) => open(roots, owner, limits),
    sweep: async () => {
      for (const root of new Set(Object.values(roots))) await sweepGroups(root);
    },
  };
}

async function open(roots: Folders, owner: string, limits: ProcessLimits): Promise<ResourceGroup> {
  const name = groupName(owner);
  const folders: Folders = {
    memory: await makeGroup(roots.memory, name, memorySettings(roots.memory, limits)),
    cpu: await makeGroup(roots.cpu, name, cpuSettings(limits)),
    cpuacct: await makeGroup(roots.cpuacct, name, []),
  };
  const distinct = [...new Set(Object.values(folders))];
  const memoryFile = (file: string): string => join(folders.memory, file);
  return {
    enter: (argv) =>
      enterArgv(
        argv,
        distinct.map((folder) => join(folder, 'cgroup.procs')),
        limits,
      ),
    attach: () => undefined,
    sample: async () => ({
      cpuSeconds: ((await readNumber(join(folders.cpuacct, 'cpuacct.usage'))) ?? 0) / 1e9,
      memoryBytes: (await readNumber(memoryFile('memory.stat'), 'total_rss')) ?? 0,
    }),
    memoryVerdict: async () => {
      const exhausted = ((await readNumber(memoryFile('memory.oom_control'), 'oom_kill')) ?? 0) > 0;
      const peakBytes = await readNumber(memoryFile('memory.max_usage_in_bytes'));
      return { exhausted, ...(peakBytes === undefined ? {} : { peakBytes }) };
    },
    kill: () => killGroup(folders.memory),
    close: async () => {
      for (const folder of distinct) await removeGroup(folder);
    },
  };
}

function memorySettings(root: string, { memoryBytes }: ProcessLimits): [string, string][] {
  if (memoryBytes === undefined) return [];
  // Swap is counted only where the kernel was told to; the sum can't be limited before its part is.
  const swap = 'memory.memsw.limit_in_bytes';
  return [
    ['memory.limit_in_bytes', String(memoryBytes)],
    ...(existsSync(join(root, swap)) ? [[swap, String(memoryBytes)] as [string, string]] : []),
  ];
}

function cpuSettings({ cpuPercent }: ProcessLimits): [string, string][] {
  if (cpuPercent === undefined) return [];
  return [
    ['cpu.cfs_period_us', String(CPU_PERIOD_US)],
    ['cpu.cfs_quota_us', String(Math.round((cpuPercent / 100) * CPU_PERIOD_US))],
  ];
}
