import { setTimeout as delay } from 'node:timers/promises';
import { failing, finalFault, gated, outcome } from '../../test/outcomes.ts';
import { WorkflowLab } from '../../test/workflow-lab.ts';
import { discardWorkflowId } from '../contract/index.ts';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

const statusOf = async (workflowId: string): Promise<string> =>
  (await lab.env.client.workflow.getHandle(workflowId).describe()).status.name;
const crashing = { encodeAudio: failing(() => finalFault('ENCODER_CRASHED')) };

describe('a job that failed for what may get better', () => {
  it('keeps its pieces, and completes when it is run again', async () => {
    const first = await lab.start({ before: crashing });
    const { jobId } = first;
    expect(await outcome(first)).toMatchObject({ status: 'FAILED' });
    expect(first.world.discarded).toEqual([]);
    expect(first.world.log.at(-1)?.event).toMatchObject({ data: { failure: { retryable: true } } });
    expect(await statusOf(discardWorkflowId(jobId))).toBe('RUNNING');

    const second = await lab.start({}, {}, { jobId, run: 1 });
    expect(await outcome(second)).toMatchObject({ status: 'COMPLETED' });
    // Events of a stream of its own: the log has both runs.
    expect(second.world.types('job-r1').slice(0, 2)).toEqual(['JobSubmitted', 'ProbingStarted']);
    expect(second.world.types('job-r1').at(-1)).toBe('JobCompleted');
    expect(second.world.types('job')).toEqual([]);
    expect(await statusOf(discardWorkflowId(jobId))).toBe('CANCELLED');
  });

  it('records the chunks of its batches anew', async () => {
    const first = await lab.start({ chunks: 250, before: crashing });
    await outcome(first);
    const second = await lab.start({ chunks: 250 }, {}, { jobId: first.jobId, run: 1 });
    expect(await outcome(second)).toMatchObject({ status: 'COMPLETED' });
    expect(second.world.types('chunks-0-r1')).toHaveLength(200);
    expect(second.world.types('chunks-200-r1')).toHaveLength(50);
  });

  it('loses them when nobody has run it again', async () => {
    const discarding = gated();
    const job = await lab.start(
      { before: { ...crashing, discard: discarding.hook } },
      {},
      { keepFailedHours: 1 / 3600 },
    );
    await outcome(job);
    await discarding.reached;
    discarding.open();
    while ((await statusOf(discardWorkflowId(job.jobId))) === 'RUNNING') await delay(50);
    expect(job.world.discarded).toEqual([{ what: 'all', ended: true }]);
  });
});

it('a job that failed for good keeps nothing, and can be run again from its beginning', async () => {
  const first = await lab.start({ before: { probeSource: failing(() => finalFault('SOURCE_DAMAGED')) } });
  expect(await outcome(first)).toMatchObject({ status: 'FAILED' });
  expect(first.world.discarded).toEqual([{ what: 'all', ended: false }]);
  await expect(statusOf(discardWorkflowId(first.jobId))).rejects.toThrow(/not found/i);
  const second = await lab.start({}, {}, { jobId: first.jobId, run: 1 });
  expect(await outcome(second)).toMatchObject({ status: 'COMPLETED' });
});
