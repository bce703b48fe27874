import { loadConfig } from '@framefold/config';
import { createProcessRunner } from '../process/create-process-runner.ts';
import { processesWith } from '../process/runner-contract.ts';
import { createResourceControl } from './create-resource-control.ts';
import { RESOURCE_CONTROLS } from './resource-control.ts';

const SYSTEM = ['/bin', '/usr/bin'];
const { bwrap } = loadConfig().tools;

for (const kind of RESOURCE_CONTROLS) {
  const control = await createResourceControl({ kind }).catch(() => undefined);
  if (control === undefined) continue;

  describe(`over time, by ${kind}`, () => {
    for (const isolation of [undefined, bwrap]) {
      const name = isolation === undefined ? 'without a sandbox' : 'in the sandbox';
      const shell = async (script: string, more: object): ReturnType<typeof runner.run> => {
        const runner = await createProcessRunner({
          control,
          ...(isolation === undefined ? {} : { bwrap: isolation }),
        });
        return runner.run({ program: '/bin/sh', args: ['-c', script], readable: SYSTEM, ...more });
      };

      it(`${name}, half a core is half a core within a tenth over 5 s`, async () => {
        if (!control.holds.includes('cpu')) {
          expect(kind).toBe('rlimit');
          return;
        }
        // Two busy programs: the limit is on the tree.
        const result = await shell('while :; do :; done & while :; do :; done', {
          limits: { cpuPercent: 50 },
          timeoutSeconds: 5,
        });
        const share = result.usage.cpuSeconds / result.wallSeconds;
        expect(share).toBeGreaterThan(0.45);
        expect(share).toBeLessThan(0.55);
      });

      it(`${name}, a tree that will not end is ended within 6 s of its time`, async () => {
        const marker = `${kind.length}${name.length}${process.pid}.5`;
        const stubborn = `trap '' TERM; setsid sleep ${marker} & while :; do sleep ${marker}; done`;
        const result = await shell(stubborn, { timeoutSeconds: 1 });
        expect(result).toMatchObject({ exceeded: 'time' });
        expect(result.wallSeconds).toBeLessThan(7);
        expect(await processesWith(marker)).toEqual([]);
      });
    }
  });
}
