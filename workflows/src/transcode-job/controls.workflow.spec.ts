import { setTimeout as delay } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Hook } from '../../test/fake-world.ts';
import { gated, heldUntilCancelled, outcome } from '../../test/outcomes.ts';
import { WorkflowLab, type LabJob } from '../../test/workflow-lab.ts';
import { batchWorkflowId, CONTROL_UPDATES, jobWorkflowId, type ControlAnswer } from '../contract/index.ts';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.open();
});
afterAll(() => lab.close());

type Update = keyof typeof CONTROL_UPDATES;
const steer = (job: LabJob, update: Update, ...value: [] | [string | number]): Promise<ControlAnswer> =>
  value.length === 0
    ? job.handle.executeUpdate<ControlAnswer, []>(CONTROL_UPDATES[update])
    : job.handle.executeUpdate<ControlAnswer, [string | number]>(CONTROL_UPDATES[update], { args: value });

const refusal = async (job: LabJob, update: Update, ...value: [] | [string | number]): Promise<string> => {
  const error: unknown = await steer(job, update, ...value).catch((reason: unknown) => reason);
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return error.cause.type ?? '';
  throw error;
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await delay(20);
};

/** What it is when it has not changed for a while. */
const settled = async (count: () => number): Promise<number> => {
  for (;;) {
    const before = count();
    await delay(1500);
    if (count() === before) return before;
  }
};

describe('a job that is paused', () => {
  it('begins no further step, tells the queues, and goes on where it was when it is resumed', async () => {
    const splitting = gated();
    const job = await lab.start({ before: { splitSource: splitting.hook } });
    await splitting.reached;
    expect(await steer(job, 'pause')).toEqual({ status: 'splitting', paused: true });
    expect(await steer(job, 'pause')).toEqual({ status: 'splitting', paused: true });
    expect(job.world.types().filter((type) => type === 'JobPaused')).toHaveLength(1);
    expect(job.world.controlled).toEqual([{ workflowId: jobWorkflowId(job.jobId), paused: true }]);
    splitting.open();
    await until(() => job.world.types().includes('TranscodingStarted'));
    // Time in which a job that is not paused is over.
    await delay(500);
    expect(job.world.encoded).toEqual([]);
    expect(job.world.count('encodeAudio')).toBe(0);
    expect(await steer(job, 'resume')).toMatchObject({ paused: false });
    expect(await outcome(job)).toMatchObject({ status: 'COMPLETED' });
    expect(job.world.controlled).toHaveLength(2);
    expect(job.world.controlled[1]).toMatchObject({ paused: false });
    expect(job.world.types()).toEqual(expect.arrayContaining(['JobPaused', 'JobResumed', 'JobCompleted']));
  });

  it('can be cancelled', async () => {
    const splitting = gated();
    const job = await lab.start({ before: { splitSource: splitting.hook } });
    await splitting.reached;
    await steer(job, 'pause');
    splitting.open();
    await until(() => job.world.types().includes('TranscodingStarted'));
    await job.handle.cancel();
    expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
    expect(job.world.encoded).toEqual([]);
  });

  it('holds its batches back, those that run and those that would come', async () => {
    const held = gated();
    const onFirst: Hook = (call) => (call === 1 ? held.hook(call, undefined) : undefined);
    const job = await lab.start({ chunks: 450, before: { encodeChunk: onFirst } });
    await held.reached;
    await steer(job, 'pause');
    const batches = () => new Set(job.world.controlled.map(({ workflowId }) => workflowId));
    await until(() => batches().has(batchWorkflowId(job.jobId, { firstChunk: 0 })));
    held.open();
    // What waits in the queue by then is done: it is the server's to hold, which is not told in this world.
    expect(await settled(() => job.world.encoded.length)).toBeLessThan(450);
    await steer(job, 'resume');
    expect(await outcome(job)).toMatchObject({ status: 'COMPLETED' });
    expect(new Set(job.world.encoded.map(({ chunkIndex }) => chunkIndex)).size).toBe(450);
  });
});

describe('a job whose priority is changed', () => {
  it('tells the queues, and begins what comes with the new one', async () => {
    const probing = gated();
    const keys = new Map<string, number | undefined>();
    const note =
      (name: string): Hook =>
      () =>
        void keys.set(name, activityInfo().priority?.priorityKey);
    const job = await lab.start({
      before: { probeSource: probing.hook, planJob: note('planJob'), encodeChunk: note('encodeChunk') },
    });
    await probing.reached;
    await steer(job, 'changePriority', 1);
    probing.open();
    await outcome(job);
    expect([...keys]).toEqual([
      ['planJob', 1],
      ['encodeChunk', 1],
    ]);
    expect(job.world.controlled).toEqual([
      { workflowId: jobWorkflowId(job.jobId), paused: false, priority: 1 },
    ]);
    const changed = job.world.log.find(({ event }) => event.type === 'PriorityChanged');
    expect(changed?.event.data).toEqual({ priority: 1 });
  });
});

describe('a rendition that is redone', () => {
  it('is encoded again by itself when all have been encoded, once however often it was asked for', async () => {
    const held = gated();
    const job = await lab.start({
      before: { encodeChunk: (call) => (call <= 2 ? held.hook(call, undefined) : undefined) },
    });
    await held.reached;
    await steer(job, 'redoRendition', '360p');
    await steer(job, 'redoRendition', '360p');
    held.open();
    expect(await outcome(job)).toMatchObject({ status: 'COMPLETED' });
    const again = job.world.encoded.filter(({ rendition }) => rendition !== undefined);
    expect(again.map(({ chunkIndex }) => chunkIndex).sort()).toEqual([0, 1]);
    expect(again).toEqual(
      again.map(() => expect.objectContaining({ rendition: '360p', generation: 1, software: true })),
    );
    expect(job.world.merges).toMatchObject([{ generation: 0, generations: { '360p': 1 } }]);
    const restarted = job.world.log.filter(({ event }) => event.type === 'RenditionRestarted');
    expect(restarted.map(({ event }) => event.data)).toEqual([
      { rendition: '360p', generation: 1, encoder: 'libx264' },
    ]);
  });

  it('is refused where there is no such rendition, and before and after the picture is encoded', async () => {
    const [planning, encoding, merging] = [gated(), gated(), gated()];
    const job = await lab.start({
      before: { planJob: planning.hook, encodeChunk: encoding.hook, mergeOutput: merging.hook },
    });
    await planning.reached;
    expect(await refusal(job, 'redoRendition', '360p')).toBe('JOB_NOT_TRANSCODING');
    planning.open();
    await encoding.reached;
    expect(await refusal(job, 'redoRendition', '4320p')).toBe('RENDITION_NOT_FOUND');
    encoding.open();
    await merging.reached;
    expect(await refusal(job, 'redoRendition', '360p')).toBe('JOB_NOT_TRANSCODING');
    merging.open();
    await outcome(job);
  });
});

it('a job that is being wound up takes no more controls', async () => {
  const held = heldUntilCancelled();
  const discarding = gated();
  const job = await lab.start({ before: { encodeChunk: held.hook, publishRecord: discarding.hook } });
  await held.reached;
  await job.handle.cancel();
  await discarding.reached;
  expect(await refusal(job, 'pause')).toBe('JOB_ENDED');
  discarding.open();
  expect(await outcome(job)).toMatchObject({ status: 'CANCELLED' });
});
