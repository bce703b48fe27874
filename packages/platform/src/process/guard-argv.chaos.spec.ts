import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '@framefold/config';
import { rlimitControl } from '../limits/rlimit-control.ts';
import { bareArgv, sandboxArgv } from './create-process-runner.ts';
import { guardArgv } from './guard-argv.ts';
import type { SandboxedCommand } from './process-runner.ts';
import { PARENT, processesWith } from './runner-contract.ts';

const { bwrap } = loadConfig().tools;

/** Most of the time from the start of a command line to that of the program in it. */
const START_MS = 44;

const ROUNDS = 100;

describe('a worker that is killed while it starts a program', () => {
  const leavesNothing = async (argv: (command: SandboxedCommand) => string[]): Promise<void> => {
    const marker = `${argv.name.length}${process.pid}.6`;
    const group = await rlimitControl().open({ memoryBytes: 2 ** 30, diskBytes: 2 ** 30 });
    const command = guardArgv(group.enter(argv({ program: '/bin/sleep', args: [marker], readable: [] })));
    for (let round = 0; round < ROUNDS; round += 1) {
      const worker = spawn(process.execPath, ['-e', PARENT, ...command], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(worker.stdout, 'data');
      await delay((START_MS * round) / ROUNDS);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    await delay(1000);
    const left = await processesWith(marker);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    expect(left).toEqual([]);
  };

  it('leaves nothing, without a sandbox', () => leavesNothing(bareArgv), 120_000);

  if (bwrap !== undefined) {
    const inSandbox = (command: SandboxedCommand): string[] => sandboxArgv(bwrap, command);
    it('leaves nothing, in the sandbox', () => leavesNothing(inSandbox), 120_000);
  }
});
