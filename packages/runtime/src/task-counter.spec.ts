import type { EncodeEnd } from '@framefold/domain';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { Gate } from './gate.ts';
import { TaskCounter } from './task-counter.ts';

const task = {
  activity: 'encodeChunk',
  workflowId: 'transcode-j',
  unit: 'chunk-00003',
  attempt: 1,
  startedAt: 0,
};
const fault = (type: string) => ApplicationFailure.nonRetryable(`Sentence of ${type}.`, type);

const of = (jobId: string) => ({ jobId, taskQueue: 'queue' });

describe('TaskCounter', () => {
  it('knows what runs and how the rest ended', async () => {
    const counter = new TaskCounter(new Gate());
    const ends: EncodeEnd[] = [];
    const kind = 'encodeChunk on queue';
    counter.onEncodeEnd = (end) => ends.push(end);
    let finish = (): void => undefined;
    const running = counter.count(task, of('j'), () => new Promise<void>((resolve) => (finish = resolve)));
    await expect(
      counter.count({ ...task }, of('k'), () => Promise.reject(fault('ENCODER_CRASHED'))),
    ).rejects.toThrow('Sentence');
    expect(counter).toMatchObject({ current: [task], completed: 0, failed: 1 });
    finish();
    await running;
    expect(counter).toMatchObject({ current: [], completed: 1, failed: 1 });
    expect(counter.recentFailures).toMatchObject([
      { workflowId: 'transcode-j', unit: 'chunk-00003', code: 'ENCODER_CRASHED' },
    ]);
    expect(ends).toEqual([
      { jobId: 'k', kind, code: 'ENCODER_CRASHED' },
      { jobId: 'j', kind },
    ]);
  });

  it('does not take for a failure what was cancelled or left to others', async () => {
    const counter = new TaskCounter(new Gate());
    for (const end of [new CancelledFailure('stop'), fault('WORKER_BUSY'), fault('WORKER_DISK_LOW')]) {
      await expect(counter.count(task, of('j'), () => Promise.reject(end))).rejects.toBe(end);
    }
    expect(counter).toMatchObject({ failed: 0, recentFailures: [] });
  });

  it('turns away what comes through a closed gate, but for work that makes room', async () => {
    const gate = new Gate();
    const counter = new TaskCounter(gate);
    const execute = (activityType: string): unknown => {
      const { inbound } = counter.interceptor({ info: { activityType, attempt: 1 } } as never);
      return inbound?.execute?.({ args: [{ jobId: 'j' }], headers: {} }, async () => 'done');
    };
    expect(await execute('encodeChunk')).toBe('done');
    gate.close('disk', 'The disk is full.');
    expect(() => execute('encodeChunk')).toThrow('The disk is full.');
    expect(await execute('discard')).toBe('done');
    gate.open('disk');
    gate.close('quarantine', 'It seems sick.');
    expect(() => execute('encodeAudio')).toThrow('It seems sick.');
    expect(await execute('probeSource')).toBe('done');
  });
});
