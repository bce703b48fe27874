import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { CodedError } from '@framefold/domain';
import { fetchObject } from '../store/fetch-object.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import type { ScratchPlace, ScratchSpace } from './open-scratch.ts';

/** A copy that nobody has used for so long goes with the next sweep: the steps of a job follow each other faster. */
const IDLE_MS = 5 * 60_000;

export interface UseOptions {
  readonly signal: AbortSignal;
  /** Told how many bytes came over the network for this use: none where the file was there already. */
  readonly onFetched?: (bytes: number) => void;
}

/** Local files of objects, for programs that can't read the store: fetched once, however many want them. */
export interface LocalCopies {
  /**
   * Gives `work` a file with the content of an object. It stays as it is until `work` has ended.
   *
   * @param object as the store's `head` tells it; another version is another file
   * @throws {CodedError} SOURCE_NOT_FOUND when it is gone, SOURCE_CHANGED when it is another by now; WORKER_DISK_LOW, and
   *   what the store throws; the signal's reason
   */
  use<T>(object: StoredObject, work: (file: string) => Promise<T>, options: UseOptions): Promise<T>;
  /** Removes what nobody has used for a while. */
  sweep(): Promise<void>;
}

export interface LocalCopiesOptions {
  readonly store: Pick<ObjectStore, 'stream'>;
  readonly scratch: Pick<ScratchSpace, 'reserve'>;
  /** Now, in ms since the epoch. */
  readonly now?: () => number;
}

interface Copy {
  readonly ready: Promise<string>;
  readonly fetching: AbortController;
  /** Undefined until there is room. */
  place: ScratchPlace | undefined;
  users: number;
  fetched: boolean;
  idleSince: number;
}

/** Keeps copies in the scratch folder of this process; they go with it. */
export function createLocalCopies({ store, scratch, now = Date.now }: LocalCopiesOptions): LocalCopies {
  const copies = new Map<string, Copy>();
  let begun = 0;

  const drop = async (id: string, copy: Copy): Promise<void> => {
    if (copies.get(id) === copy) copies.delete(id);
    await copy.place?.release();
  };
  const dropIdle = async (idleMs: number): Promise<void> => {
    for (const [id, copy] of copies)
      if (copy.users === 0 && now() - copy.idleSince >= idleMs) await drop(id, copy);
  };
  const reserve = async (id: string, bytes: number): Promise<ScratchPlace> => {
    const name = `copy-${++begun}-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
    try {
      return await scratch.reserve(name, bytes);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'WORKER_DISK_LOW') throw error;
      await dropIdle(0);
      return scratch.reserve(name, bytes);
    }
  };
  const begin = (id: string, object: StoredObject): Copy => {
    const fetching = new AbortController();
    const fetch = async (): Promise<string> => {
      copy.place = await reserve(id, object.sizeBytes);
      const file = join(copy.place.folder, basename(object.key));
      const bytes = await fetchObject(store, object.key, file, fetching.signal);
      if (bytes === undefined) throw new CodedError('SOURCE_NOT_FOUND', 'The source is no longer there.');
      if (bytes !== object.sizeBytes)
        throw new CodedError('SOURCE_CHANGED', 'The source changed while the job ran.');
      copy.fetched = true;
      return file;
    };
    // After this turn: `fetch` needs the copy that is made here.
    const ready = Promise.resolve().then(fetch);
    const copy: Copy = { ready, fetching, place: undefined, users: 0, fetched: false, idleSince: now() };
    copies.set(id, copy);
    ready.catch(() => drop(id, copy));
    return copy;
  };

  return {
    async use(object, work, { signal, onFetched }) {
      signal.throwIfAborted();
      const id = JSON.stringify([object.key, object.sizeBytes, object.modifiedAt]);
      const known = copies.get(id);
      const copy = known ?? begin(id, object);
      copy.users++;
      try {
        const file = await unlessAborted(copy.ready, signal);
        onFetched?.(known === undefined ? object.sizeBytes : 0);
        return await work(file);
      } finally {
        copy.users--;
        copy.idleSince = now();
        // What nobody waits for any more is not fetched to its end.
        if (copy.users === 0 && !copy.fetched) {
          copies.delete(id);
          copy.fetching.abort();
        }
      }
    },
    sweep: () => dropIdle(IDLE_MS),
  };
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
