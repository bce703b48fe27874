import type { JobEvent, NewEvent } from '@framefold/domain';
import { EventRecorder } from './event-recorder.ts';

const event = (at: number): JobEvent => ({ type: 'ProbingStarted', at, data: {} });

/** A log whose calls a test lets through one by one. */
function slowLog() {
  const calls: { events: readonly NewEvent[]; succeed: () => void; fail: (error: Error) => void }[] = [];
  const write = (events: readonly NewEvent[]): Promise<void> =>
    new Promise((succeed, fail) => calls.push({ events: [...events], succeed, fail }));
  return { calls, write };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('EventRecorder', () => {
  it('writes the events of one step in one call, those of the time of the call in the next', async () => {
    const { calls, write } = slowLog();
    const recorder = new EventRecorder({ jobId: 'j', stream: 'job' }, write);
    recorder.record(event(1));
    recorder.record(event(2));
    await settled();
    recorder.record(event(3));
    recorder.record(event(4));
    await settled();
    expect(calls.map((call) => call.events.map((entry) => entry.sequence))).toEqual([[0, 1]]);
    calls[0]?.succeed();
    await settled();
    expect(calls.map((call) => call.events.map((entry) => entry.sequence))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(calls[1]?.events[0]).toEqual({ jobId: 'j', stream: 'job', sequence: 2, event: event(3) });
  });

  it('flushes when all is written, and not before', async () => {
    const { calls, write } = slowLog();
    const recorder = new EventRecorder({ jobId: 'j', stream: 'job' }, write);
    recorder.record(event(1));
    let flushed = false;
    const flush = recorder.flush().then(() => (flushed = true));
    await settled();
    expect(flushed).toBe(false);
    calls[0]?.succeed();
    await flush;
  });

  it('flushes at once when there is nothing to write', async () => {
    const { calls, write } = slowLog();
    await new EventRecorder({ jobId: 'j', stream: 'job' }, write).flush();
    expect(calls).toEqual([]);
  });

  it('loses nothing when a call fails: the next one takes its events along', async () => {
    const { calls, write } = slowLog();
    const recorder = new EventRecorder({ jobId: 'j', stream: 'job' }, write);
    recorder.record(event(1));
    await settled();
    calls[0]?.fail(new Error('down'));
    await settled();
    recorder.record(event(2));
    await settled();
    expect(calls[1]?.events.map((entry) => entry.sequence)).toEqual([0, 1]);
  });

  it('tells the one who flushes that writing fails', async () => {
    const recorder = new EventRecorder({ jobId: 'j', stream: 'job' }, () =>
      Promise.reject(new Error('down')),
    );
    recorder.record(event(1));
    await expect(recorder.flush()).rejects.toThrow('down');
  });

  it('keeps calls small', async () => {
    const sizes: number[] = [];
    const recorder = new EventRecorder(
      { jobId: 'j', stream: 'job' },
      async (events) => void sizes.push(events.length),
    );
    for (let at = 0; at < 450; at += 1) recorder.record(event(at));
    await recorder.flush();
    expect(sizes).toEqual([200, 200, 50]);
  });

  it('writes an event that comes as the last call ends', async () => {
    const written: number[] = [];
    const recorder: EventRecorder = new EventRecorder({ jobId: 'j', stream: 'job' }, async (events) => {
      written.push(...events.map((entry) => entry.sequence));
      if (written.length < 20) void Promise.resolve().then(() => recorder.record(event(0)));
    });
    recorder.record(event(0));
    await settled();
    expect(written).toEqual(Array.from({ length: 20 }, (_, sequence) => sequence));
  });
});
