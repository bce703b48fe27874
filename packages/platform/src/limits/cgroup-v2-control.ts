import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { groupName, killGroup, makeGroup, readNumber, removeGroup, sweepGroups } from './cgroup-group.ts';
import { enterArgv } from './enter-argv.ts';
import type { ProcessLimits, ResourceControl, ResourceGroup } from './resource-control.ts';

/** Microseconds over which the processor time of a group is counted; the kernel's default. */
const CPU_PERIOD_US = 100_000;

const CONTROLLERS = ['cpu', 'memory'] as const;

/**
 * Limits by control groups, version 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html). Groups are made below
 * `root`, which must be this process's to write (systemd: `Delegate=yes`) and, unless it is the machine's root group,
 * free of processes: a group that passes controllers on can have none.
 */
export function cgroupV2Control(root: string, owner: string): ResourceControl {
  return {
    kind: 'cgroup-v2',
    holds: ['cpu', 'memory', 'disk'],
    open: (limits) => open(root, owner, limits),
    sweep: () => sweepGroups(root),
  };
}

async function open(root: string, owner: string, limits: ProcessLimits): Promise<ResourceGroup> {
  await passControllersOn(root);
  const name = groupName(owner);
  await passControllersOn(await makeGroup(root, dirname(name), []));
  const folder = await makeGroup(root, name, settingsFor(limits));
  const file = (entry: string): string => join(folder, entry);
  // Kernels from 5.14 end all members at once, forking or not; older ones are told process by process.
  const kill = async (): Promise<void> => {
    await writeFile(file('cgroup.kill'), '1').catch(() => undefined);
    await killGroup(folder);
  };
  return {
    enter: (argv) => enterArgv(argv, [file('cgroup.procs')], limits),
    attach: () => undefined,
    sample: async () => ({
      cpuSeconds: ((await readNumber(file('cpu.stat'), 'usage_usec')) ?? 0) / 1e6,
      memoryBytes: (await readNumber(file('memory.stat'), 'anon')) ?? 0,
    }),
    memoryVerdict: async () => {
      const exhausted = ((await readNumber(file('memory.events'), 'oom_kill')) ?? 0) > 0;
      const peakBytes = await readNumber(file('memory.peak'));
      return { exhausted, ...(peakBytes === undefined ? {} : { peakBytes }) };
    },
    kill,
    close: async () => {
      await kill();
      await removeGroup(folder);
    },
  };
}

/** Lets the groups below `folder` be limited. */
async function passControllersOn(folder: string): Promise<void> {
  const file = join(folder, 'cgroup.subtree_control');
  const passed = (await readFile(file, 'utf8')).trim().split(/\s+/);
  const missing = CONTROLLERS.filter((controller) => !passed.includes(controller));
  if (missing.length > 0) await writeFile(file, missing.map((controller) => `+${controller}`).join(' '));
}

function settingsFor({ cpuPercent, memoryBytes }: ProcessLimits): [string, string][] {
  return [
    ...(memoryBytes === undefined ? [] : memorySettings(memoryBytes)),
    ...(cpuPercent === undefined
      ? []
      : [
          ['cpu.max', `${Math.round((cpuPercent / 100) * CPU_PERIOD_US)} ${CPU_PERIOD_US}`] as [
            string,
            string,
          ],
        ]),
  ];
}

function memorySettings(memoryBytes: number): [string, string][] {
  return [
    ['memory.max', String(memoryBytes)],
    ['memory.swap.max', '0'],
    // An encoder without one of its processes is of no use.
    ['memory.oom.group', '1'],
  ];
}
