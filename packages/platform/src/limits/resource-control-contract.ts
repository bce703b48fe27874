import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessRunner } from '../process/create-process-runner.ts';
import type { CommandResult, ProcessRunner, SandboxedCommand } from '../process/process-runner.ts';
import { processesWith } from '../process/runner-contract.ts';
import { ownerTag } from './owner-tag.ts';
import type { ResourceControl, ResourceGroup } from './resource-control.ts';

const SYSTEM = ['/bin', '/usr/bin'];
const MIB = 1024 ** 2;

/** All processors may be busy with other tests, and encoders give way. */

/** Holds so many MiB in memory. */
const eat = (mib: number): string => `head -c ${mib}M /dev/zero | tail -c ${mib}M | (sleep 0.6; wc -c)`;

/** What every way to hold limits must hold, in the sandbox and without it. */
export function describeResourceControl(
  make: (options?: { readonly owner?: string }) => Promise<ResourceControl>,
  bwrap: string | undefined,
): void {
  let control: ResourceControl;
  let folder: string;
  beforeAll(async () => {
    control = await make();
    folder = await mkdtemp(join(tmpdir(), 'framefold-limits-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const isolation of bwrap === undefined ? (['none'] as const) : (['none', 'sandbox'] as const)) {
    describe(isolation === 'sandbox' ? 'in the sandbox' : 'without a sandbox', () => {
      let runner: ProcessRunner;
      beforeAll(async () => {
        runner = await createProcessRunner({
          control,
          ...(isolation === 'sandbox' && bwrap !== undefined ? { bwrap } : {}),
        });
        expect(runner.isolation).toBe(isolation);
      });
      const shell = (script: string, more: Partial<SandboxedCommand> = {}): Promise<CommandResult> =>
        runner.run({ program: '/bin/sh', args: ['-c', script], readable: SYSTEM, ...more });

      it('lets others go first, in time and in want of memory', async () => {
        const { stdout } = await shell('nice; cat /proc/self/oom_score_adj');
        expect(stdout).toBe('10\n800\n');
      });

      it('ends exactly the program that takes too much memory, and says how much it took', async () => {
        const neighbour = shell('sleep 1; echo well', { limits: { memoryBytes: 64 * MIB } });
        const greedy = await shell(eat(300), { limits: { memoryBytes: 64 * MIB } });
        expect(greedy).toMatchObject({ exceeded: 'memory' });
        expect(greedy.usage.peakMemoryBytes).toBeGreaterThan(48 * MIB);
        expect(await neighbour).toMatchObject({ stdout: 'well\n', exitCode: 0 });
      });

      it('leaves a program alone that keeps to its memory', async () => {
        const modest = await shell(eat(40), { limits: { memoryBytes: 128 * MIB } });
        expect(modest).toMatchObject({ exitCode: 0, stdout: `${40 * MIB}\n` });
        expect(modest).not.toHaveProperty('exceeded');
      });

      it('takes no word of a program for what the kernel counts, or what it cannot have met', async () => {
        const complain = 'echo Cannot allocate memory >&2; exit 1';
        const limits = { memoryBytes: 64 * MIB };
        expect(await shell(complain, { limits })).not.toHaveProperty('exceeded');
        const near = await shell(`${eat(48)}; ${complain}`, { limits });
        expect(near.exceeded).toBe(control.kind === 'rlimit' ? 'memory' : undefined);
      });

      it('starts nothing when it is aborted while the group is made', async () => {
        const abort = new AbortController();
        const late = await createProcessRunner({
          ...(isolation === 'sandbox' && bwrap !== undefined ? { bwrap } : {}),
          control: {
            ...control,
            open: async (limits) => {
              const group = await control.open(limits);
              if (limits.diskBytes !== undefined) abort.abort();
              return group;
            },
          },
        });
        const result = await late.run({
          program: '/bin/sh',
          args: ['-c', 'echo ran'],
          readable: SYSTEM,
          limits: { diskBytes: 20 * MIB },
          signal: abort.signal,
        });
        expect(result).toMatchObject({ aborted: true, stdout: '' });
      });

      it('counts the memory and the time of the whole tree', async () => {
        const { usage } = await shell(
          `(${eat(60)}) & (i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done); wait`,
        );
        expect(usage.cpuSeconds).toBeGreaterThan(0.1);
        expect(usage.peakMemoryBytes).toBeGreaterThan(48 * MIB);
      });

      it('ends a program that writes too much, in one file or in many', async () => {
        for (const script of [
          'head -c 30M /dev/zero > one || exit 3',
          'for i in 1 2 3 4 5 6; do head -c 5M /dev/zero > $i; done; sleep 5; exit 1',
        ]) {
          const own = await mkdtemp(join(folder, 'disk-'));
          const result = await shell(script, { writable: own, limits: { diskBytes: 20 * MIB } });
          expect(result).toMatchObject({ exceeded: 'disk' });
          expect(result.usage.peakDiskBytes).toBeGreaterThanOrEqual(20 * MIB);
        }
      });

      it('ends also what has left its session', async () => {
        const marker = `${isolation.length}${process.pid}.7`;
        const result = await shell(`setsid sleep ${marker} & sleep ${marker}`, { timeoutSeconds: 0.5 });
        expect(result).toMatchObject({ exceeded: 'time' });
        expect(await processesWith(marker)).toEqual([]);
      });
    });
  }

  it('makes groups while it removes others', async () => {
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 30; turn += 1) await (await control.open({ cpuPercent: 100 })).close();
    };
    await Promise.all([turns(), turns(), turns(), turns()]);
  });

  it('ends what a worker that was killed has left behind, and leaves the living alone', async () => {
    const owner = spawn('sleep', ['600']);
    await once(owner, 'spawn');
    const itsControl = await make({ owner: ownerTag(owner.pid) });
    const own = await start(control, `${process.pid}.8`);
    await start(itsControl, `${process.pid}.9`);
    await control.sweep();
    expect(await processesWith(`${process.pid}.9`)).not.toEqual([]);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await control.sweep();
    expect(await processesWith(`${process.pid}.9`)).toEqual([]);
    expect(await processesWith(`${process.pid}.8`)).not.toEqual([]);
    await own.close();
    expect(await processesWith(`${process.pid}.8`)).toEqual([]);
  });
}

/** Starts a long sleep in a group of its own. */
async function start(control: ResourceControl, marker: string): Promise<ResourceGroup> {
  const group = await control.open({});
  const [file = '', ...args] = group.enter(['sleep', marker]);
  const child = spawn(file, args, { stdio: 'ignore', detached: true });
  if (child.pid !== undefined) group.attach(child.pid);
  // Its number stays the same while the wrappers turn into the program; between two of them it has no name at all.
  const name = (): Promise<string> => readFile(`/proc/${child.pid}/comm`, 'utf8').catch(() => '');
  while ((await name()) !== 'sleep\n' && child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return group;
}
