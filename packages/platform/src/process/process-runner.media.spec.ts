import { loadConfig } from '@framefold/config';
import { bareArgv, createProcessRunner, sandboxArgv } from './create-process-runner.ts';
import { describeProcessRunner } from './runner-contract.ts';

const { bwrap } = loadConfig().tools;

describeProcessRunner('a bare process', () => createProcessRunner({}), bareArgv);

if (bwrap !== undefined) {
  describeProcessRunner(
    'bubblewrap',
    () => createProcessRunner({ bwrap }),
    (command) => sandboxArgv(bwrap, command),
  );

  it('takes every capability from a program in the sandbox, also when it is started by root', async () => {
    const runner = await createProcessRunner({ bwrap });
    const { stdout } = await runner.run({ program: '/bin/cat', args: ['/proc/self/status'], readable: [] });
    expect(stdout).toMatch(/^CapEff:\t0+$/m);
  });
}

it('says why there is no sandbox', async () => {
  expect(await createProcessRunner({})).toMatchObject({
    isolation: 'none',
    isolationNote: expect.any(String) as string,
  });
  expect(await createProcessRunner({ bwrap: '/bin/false' })).toMatchObject({ isolation: 'none' });
});
