import { setTimeout as delay } from 'node:timers/promises';
import type { JobView } from '@framefold/domain';
import { failing, finalFault, gated, outcome } from '../../test/outcomes.ts';
import { WorkflowLab } from '../../test/workflow-lab.ts';
import { discardWorkflowId, STATUS_QUERY } from '../contract/index.ts';

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
    expect(second.world.published).toEqual(['JobCompleted']);
    expect(await statusOf(discardWorkflowId(jobId))).toBe('CANCELLED');
  });

  it('has what was redone and its priority as before', async () => {
    const { world, ...job } = await lab.start(
      {},
      {},
      { run: 1, priority: 2, redone: { '360p': 3, gone: 1 } },
    );
    expect((await job.handle.query<JobView>(STATUS_QUERY)).priority).toBe(2);
    expect(await outcome({ world, ...job })).toMatchObject({ status: 'COMPLETED' });
    expect(world.merges).toMatchObject([{ generation: 0, generations: { '360p': 3 } }]);
    const again = world.encoded.filter(({ rendition }) => rendition !== undefined);
    expect(again.map(({ chunkIndex }) => chunkIndex).sort()).toEqual([0, 1]);
    expect(again).toEqual(
      again.map(() => expect.objectContaining({ rendition: '360p', generation: 3, software: true })),
    );
    const restarted = world.log.filter(({ event }) => event.type === 'RenditionRestarted');
    expect(restarted.map(({ event }) => event.data)).toEqual([
      { rendition: '360p', generation: 3, encoder: 'libx264' },
    ]);
  });

  it('has what fell back to software there from the beginning', async () => {
    const { world, ...job } = await lab.start(
      { hardware: 'h264_nvenc' },
      {},
      { run: 1, redone: { '360p': 1 } },
    );
    expect(await outcome({ world, ...job })).toMatchObject({ status: 'COMPLETED' });
    const encodes = world.encoded.map(({ rendition, generation }) => `${rendition} g${generation}`);
    expect(encodes.sort()).toEqual(['360p g1', '360p g1', '720p g0', '720p g0']);
    expect(world.merges).toMatchObject([{ generations: { '360p': 1, '720p': 0 } }]);
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
