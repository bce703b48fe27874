import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  codeOf,
  groupName,
  killGroup,
  makeGroup,
  membersOf,
  readNumber,
  removeGroup,
  sweepGroups,
  workerGroupName,
} from './cgroup-group.ts';
import { enterArgv } from './enter-argv.ts';
import { ancestry } from './owner-tag.ts';
import type { ProcessLimits, ResourceControl, ResourceGroup } from './resource-control.ts';

/** Microseconds over which the processor time of a group is counted; the kernel's default. */
const CPU_PERIOD_US = 100_000;

const CONTROLLERS = ['cpu', 'memory'] as const;

/**
 * Limits by control groups, version 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html). Groups are made below
 * `root`, which must be this process's to write (systemd: `Delegate=yes`) and, unless it is the machine's root group,
 * free of processes other than this one and its launchers: a group that passes controllers on can have none, so that
 * these make room.
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
  await passControllersOn(root, owner);
  const folder = await makeGroup(root, groupName(owner), settingsFor(limits));
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

/** Lets the groups below `root` be limited. */
async function passControllersOn(root: string, owner: string): Promise<void> {
  const file = join(root, 'cgroup.subtree_control');
  const passed = (await readFile(file, 'utf8')).trim().split(/\s+/);
  const missing = CONTROLLERS.filter((controller) => !passed.includes(controller));
  if (missing.length === 0) return;
  const pass = (): Promise<void> => writeFile(file, missing.map((controller) => `+${controller}`).join(' '));
  try {
    await pass();
  } catch (error) {
    if (codeOf(error) !== 'EBUSY' || !(await makeRoom(root, owner))) throw error;
    await pass();
  }
}

/**
 * Moves the processes of `root` to a group of their own below it, when they are this one and those that launched it: a
 * group that holds nothing else was made for this program. Others are not ours to move.
 */
async function makeRoom(root: string, owner: string): Promise<boolean> {
  const members = await membersOf(root);
  const launchers = ancestry(process.pid);
  if (!members.every((pid) => launchers.includes(pid))) return false;
  await makeGroup(
    root,
    workerGroupName(owner),
    members.map((pid) => ['cgroup.procs', String(pid)]),
  );
  return true;
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
