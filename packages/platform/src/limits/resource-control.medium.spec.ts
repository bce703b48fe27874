import { loadConfig } from '@framefold/config';
import { createResourceControl, ResourceControlError } from './create-resource-control.ts';
import { describeResourceControl } from './resource-control-contract.ts';
import { RESOURCE_CONTROLS } from './resource-control.ts';

const { bwrap } = loadConfig().tools;

for (const kind of RESOURCE_CONTROLS) {
  // A machine has control groups of one version; the other is left out here and said to be so.
  const obstacle = await createResourceControl({ kind }).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  if (obstacle === undefined) {
    describe(`limits by ${kind}`, () =>
      describeResourceControl((own) => createResourceControl({ kind, ...own }), bwrap));
  } else {
    it.todo(`limits by ${kind}: ${obstacle}`);
  }
}

it('takes the best that works, and says why it is no better one', async () => {
  const control = await createResourceControl();
  expect(RESOURCE_CONTROLS).toContain(control.kind);
  if (control.kind === 'rlimit') expect(control.note).toMatch(/cgroup-v2.*cgroup-v1/);
});

it('refuses a kind that was asked for and does not work', async () => {
  await expect(createResourceControl({ kind: 'cgroup-v2', cgroup: '/nowhere/at/all' })).rejects.toThrow(
    ResourceControlError,
  );
});
