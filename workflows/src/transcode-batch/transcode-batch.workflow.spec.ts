import { CancelledFailure } from '@temporalio/common';
import { failing, finalFault, heldUntilCancelled, outcome, platformFault } from '../../test/outcomes.ts';
import type { Hook } from '../../test/fake-world.ts';
import { WorkflowLab } from '../../test/workflow-lab.ts';

const places = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

describe('a batch', () => {
  it('starts every job once, waits for all, and concludes', async () => {
    const { world, handle } = await lab.startBatch(
      {
        before: {
          awaitBatch: failing(() => platformFault('BATCH_RUNNING'), 2),
          submitBatchJobs: failing(platformFault, 1),
        },
      },
      { jobs: 450 },
    );
    await handle.result();
    expect(world.submitted).toEqual(places(450));
    expect(world.count('awaitBatch')).toBe(3);
    expect(world.concluded).toEqual(['ended']);
    expect(world.cancelledUpTo).toEqual([]);
  });

  it('keeps a small history at ten thousand jobs, however long they run', async () => {
    const { handle } = await lab.startBatch(
      { before: { awaitBatch: failing(() => platformFault('BATCH_RUNNING'), 2) } },
      { jobs: 10_000 },
    );
    await handle.result();
    const { historyLength } = await handle.describe();
    expect(historyLength).toBeLessThan(500);
  });
});

describe('a cancelled batch', () => {
  it('starts no more, ends what was or may have been started, and concludes', async () => {
    const held = heldUntilCancelled();
    const batch = await lab.startBatch(
      {
        before: {
          submitBatchJobs: (call) => (call === 2 ? held.hook(call, undefined) : undefined),
          cancelBatchJobs: failing(() => platformFault('BATCH_RUNNING'), 1),
        },
      },
      { jobs: 1_000 },
    );
    await held.reached;
    await batch.handle.cancel();
    const { status, cause } = await outcome(batch);
    expect(status).toBe('CANCELLED');
    expect(cause).toBeInstanceOf(CancelledFailure);
    expect(batch.world.submitted).toEqual(places(200));
    expect(batch.world.count('cancelBatchJobs')).toBe(2);
    expect(batch.world.cancelledUpTo).toEqual([400]);
    expect(batch.world.concluded).toEqual(['cancelled']);
  });

  it('ends its jobs also while it waits for them, between two looks', async () => {
    const batch = await lab.startBatch(
      { before: { awaitBatch: failing(() => platformFault('BATCH_RUNNING')) } },
      { jobs: 3 },
    );
    while (batch.world.count('awaitBatch') < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    await batch.handle.cancel();
    expect((await outcome(batch)).status).toBe('CANCELLED');
    expect(batch.world.cancelledUpTo).toEqual([3]);
  });
});

it('a cancelled batch is one also where the step under way fails in its own way', async () => {
  const held = heldUntilCancelled();
  const look: Hook = async (...call) => {
    await Promise.resolve(held.hook(...call)).catch(() => undefined);
    throw platformFault('BATCH_RUNNING');
  };
  const batch = await lab.startBatch({ before: { awaitBatch: look } }, { jobs: 3 });
  await held.reached;
  await batch.handle.cancel();
  expect((await outcome(batch)).status).toBe('CANCELLED');
  expect(batch.world.concluded).toEqual(['cancelled']);
});

it('a batch that cannot be read is left to operators; its jobs are not harmed', async () => {
  const batch = await lab.startBatch(
    { before: { submitBatchJobs: failing(() => finalFault('INTERNAL')) } },
    { jobs: 3 },
  );
  expect((await outcome(batch)).status).toBe('FAILED');
  expect(batch.world.cancelledUpTo).toEqual([]);
  expect(batch.world.concluded).toEqual([]);
});
