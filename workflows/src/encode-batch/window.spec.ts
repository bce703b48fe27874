import { runInWindow } from './window.ts';

/** Tasks that end when the test says so. */
function heldTasks(count: number) {
  const begun: number[] = [];
  const ends: { succeed: () => void; fail: (error: Error) => void }[] = [];
  const tasks = Array.from({ length: count }, (_, index) => () => {
    begun.push(index);
    return new Promise<void>((succeed, fail) => (ends[index] = { succeed, fail }));
  });
  return { begun, ends, tasks };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const noCancel = (): void => undefined;

describe('runInWindow', () => {
  it('never runs more than its limit, and begins the next as soon as one ends', async () => {
    const { begun, ends, tasks } = heldTasks(4);
    const all = runInWindow(tasks, 2, noCancel);
    expect(begun).toEqual([0, 1]);
    ends[1]?.succeed();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.succeed();
    ends[2]?.succeed();
    await settled();
    ends[3]?.succeed();
    await all;
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('after a failure begins nothing more, has the others stopped once, and throws when they have ended', async () => {
    const { begun, ends, tasks } = heldTasks(4);
    let stops = 0;
    let over = false;
    const all = runInWindow(tasks, 2, () => (stops += 1)).finally(() => (over = true));
    const expectation = expect(all).rejects.toThrow('first');
    ends[0]?.fail(new Error('first'));
    await settled();
    expect({ begun, stops, over }).toEqual({ begun: [0, 1], stops: 1, over: false });
    ends[1]?.fail(new Error('second'));
    await expectation;
    expect(stops).toBe(1);
  });

  it('has nothing to do for no tasks', async () => {
    await runInWindow([], 3, noCancel);
  });
});
