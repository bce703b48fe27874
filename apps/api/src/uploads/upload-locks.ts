import type { Lock, Locker, RequestRelease } from '@tus/server';
import { ProblemError } from '../problem/problem-error.ts';

/** A place in the line for an upload; the first in it has the lock. */
interface Place {
  readonly requestRelease: RequestRelease;
  readonly enter: () => void;
}

/**
 * One at a time may have an upload. Who wants it next asks the holder to come to an end, and waits in a line. (The tus
 * project's own lock in memory asks again at every turn of the event loop, and nothing else gets on meanwhile.)
 *
 * @param timeoutMs how long somebody waits
 */
export class UploadLocks implements Locker {
  readonly #lines = new Map<string, Place[]>();

  constructor(private readonly timeoutMs = 30_000) {}

  newLock(id: string): Lock {
    let own: Place | undefined;
    return {
      lock: async (stopped, requestRelease) => {
        stopped.throwIfAborted();
        const line = this.#lines.get(id) ?? [];
        this.#lines.set(id, line);
        await new Promise<void>((resolve, reject) => {
          const giveUp = (): void => {
            stopWaiting();
            line.splice(line.indexOf(place), 1);
            reject(new ProblemError('UPLOAD_LOCKED', 'Another request does not let go of the upload.'));
          };
          const timer = setTimeout(giveUp, this.timeoutMs);
          stopped.addEventListener('abort', giveUp);
          // A place is given up once at most: a second time somebody else's would go.
          const stopWaiting = (): void => {
            clearTimeout(timer);
            stopped.removeEventListener('abort', giveUp);
          };
          const enter = (): void => {
            stopWaiting();
            resolve();
          };
          const place: Place = { requestRelease, enter };
          own = place;
          line.push(place);
          if (line.length === 1) enter();
          else void line[0]?.requestRelease();
        });
      },
      unlock: async () => {
        const line = this.#lines.get(id) ?? [];
        if (own === undefined || line[0] !== own) throw new Error('The lock is not held.');
        line.shift();
        const next = line[0] as Place | undefined;
        if (next === undefined) this.#lines.delete(id);
        next?.enter();
        if (line.length > 1) void next?.requestRelease();
      },
    };
  }
}
