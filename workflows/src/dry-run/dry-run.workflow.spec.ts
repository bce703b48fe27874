import { failing, finalFault, heldUntilCancelled, platformFault } from '../../test/outcomes.ts';
import { WorkflowLab } from '../../test/workflow-lab.ts';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

describe('a dry run', () => {
  it('goes as far as the plan, and leaves nothing', async () => {
    const { world, handle } = await lab.startDryRun({ before: { probeSource: failing(platformFault, 1) } });
    const { log } = await handle.result();
    expect(log.map(({ type }) => type)).toEqual([
      'JobSubmitted',
      'ProbingStarted',
      'SourceIngested',
      'SourceProbed',
      'SplittingStarted',
      'PlanFrozen',
      'WarningRaised',
    ]);
    expect(world.calls).toEqual(['ingestSource', 'probeSource', 'probeSource', 'planJob', 'discard']);
    expect(world.discarded).toMatchObject([{ what: 'all' }]);
  });

  it.each([
    ['ingestSource', 'probing'],
    ['planJob', 'splitting'],
  ] as const)('says what a job would fail of: %s', async (step, phase) => {
    const { world, handle } = await lab.startDryRun({
      before: { [step]: failing(() => finalFault('SOURCE_LIMIT_EXCEEDED')) },
    });
    const { log } = await handle.result();
    expect(log.at(-1)).toMatchObject({
      type: 'JobFailed',
      data: { failure: { code: 'SOURCE_LIMIT_EXCEEDED', phase } },
    });
    expect(world.calls.at(-1)).toBe('discard');
  });

  it('leaves nothing when it is cancelled', async () => {
    const held = heldUntilCancelled();
    const { world, handle } = await lab.startDryRun({ before: { probeSource: held.hook } });
    await held.reached;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(world.calls.at(-1)).toBe('discard');
  });
});
