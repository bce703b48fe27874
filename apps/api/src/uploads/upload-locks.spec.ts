import { UploadLocks } from './upload-locks.ts';

const never = new AbortController().signal;
const nothing = (): void => undefined;

describe('UploadLocks', () => {
  it('lets in one at a time, in the order in which they came', async () => {
    const locks = new UploadLocks();
    const held: number[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_, who) => {
        const lock = locks.newLock('a');
        await lock.lock(never, nothing);
        inside += 1;
        expect(inside).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        held.push(who);
        inside -= 1;
        await lock.unlock();
      }),
    );
    expect(held).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('keeps uploads apart', async () => {
    const locks = new UploadLocks();
    await locks.newLock('a').lock(never, nothing);
    await locks.newLock('b').lock(never, nothing);
  });

  it('asks every holder whom another waits for to come to an end', async () => {
    const locks = new UploadLocks();
    const asked: string[] = [];
    const [first, second, third] = ['first', 'second', 'third'].map((name) => {
      const lock = locks.newLock('a');
      return { ...lock, held: lock.lock(never, () => void asked.push(name)) };
    });
    await first?.held;
    expect(asked).toEqual(['first', 'first']);
    await first?.unlock();
    await second?.held;
    expect(asked.slice(2)).toEqual(['second']);
    await second?.unlock();
    await third?.held;
    expect(asked.slice(3)).toEqual([]);
  });

  it('gives up when nobody comes to an end, or the one who waits does not want it any more', async () => {
    const locks = new UploadLocks(10);
    const holder = locks.newLock('a');
    await holder.lock(never, nothing);
    await expect(locks.newLock('a').lock(never, nothing)).rejects.toMatchObject({ code: 'UPLOAD_LOCKED' });
    const gone = new AbortController();
    const waiting = locks.newLock('a').lock(gone.signal, nothing);
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'UPLOAD_LOCKED' });
    await holder.unlock();
    await locks.newLock('a').lock(never, nothing);
  });

  it('gives up no place but its own when the one who waits goes away after its time, or before', async () => {
    const locks = new UploadLocks(10);
    const holder = locks.newLock('a');
    await holder.lock(never, nothing);
    const wait = (stopped: AbortSignal): Promise<void> =>
      expect(locks.newLock('a').lock(stopped, nothing)).rejects.toMatchObject({ code: 'UPLOAD_LOCKED' });

    const after = new AbortController();
    await wait(after.signal);
    after.abort();
    await holder.unlock();
    await holder.lock(never, nothing);

    const before = new AbortController();
    const gone = wait(before.signal);
    before.abort();
    await gone;
    // Timers of the same length run out in the order in which they were set: that of the one who went away is over now.
    await wait(never);
    await holder.unlock();
  });

  it('is not given back by who has it not', async () => {
    const locks = new UploadLocks();
    await locks.newLock('a').lock(never, nothing);
    await expect(locks.newLock('a').unlock()).rejects.toThrow('not held');
  });
});
