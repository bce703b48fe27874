import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, opendir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '@framefold/domain';
import { isOwnerAlive, ownerTag } from '../limits/owner-tag.ts';
import { assertKey, assertPrefix } from './keys.ts';
import type { ByteRange, ObjectStore, StoredObject } from './object-store.ts';

/** Unfinished writes lie here: on the same file system, so that a rename makes them whole at once. */
const UNFINISHED = '.unfinished';

/** Stands between a random name and its writer's tag. */
const OWNER_MARK = '~';

/** An unfinished write of another machine, of whose writers nothing can be known, is given up after this time. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

/**
 * An object store in a folder of this machine: a file an object.
 *
 * @param folder made when it is missing
 */
export function createFolderStore(folder: string): ObjectStore {
  return new FolderStore(folder);
}

class FolderStore implements ObjectStore {
  /** Nobody can write into a folder by a URL. */
  readonly direct = undefined;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    const path = this.#path(key);
    await guarded(async () => {
      const unfinished = await this.#write(body);
      await finishing(unfinished, () => inFolder(path, () => rename(unfinished, path)));
    });
  }

  async putIfAbsent(key: string, body: Uint8Array | string): Promise<boolean> {
    const path = this.#path(key);
    return guarded(async () => {
      const unfinished = await this.#write(body);
      // A hard link is made only if the name is free: of several at once exactly one succeeds.
      return finishing(unfinished, async () => {
        try {
          await inFolder(path, () => link(unfinished, path));
          return true;
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        }
      });
    });
  }

  async putFile(key: string, localPath: string): Promise<void> {
    const path = this.#path(key);
    await guarded(async () => {
      try {
        await sync(localPath);
        await inFolder(path, () => rename(localPath, path));
      } catch (error) {
        if (codeOf(error) !== 'EXDEV') throw error;
        const unfinished = await this.#unfinishedPath();
        await finishing(unfinished, async () => {
          await pipeline(createReadStream(localPath), createWriteStream(unfinished, { flush: true }));
          await inFolder(path, () => rename(unfinished, path));
        });
      }
    });
  }

  async copy(from: string, to: string): Promise<boolean> {
    const [source, path] = [this.#path(from), this.#path(to)];
    return guarded(async () => {
      const unfinished = await this.#unfinishedPath();
      // Two names of one file will do: no write ever changes a file that has its name already.
      return finishing(unfinished, async () => {
        const linked = await unlessMissing(link(source, unfinished).then(() => true));
        if (linked === undefined) return false;
        await inFolder(path, () => rename(unfinished, path));
        return true;
      });
    });
  }

  async get(key: string): Promise<Buffer | undefined> {
    const path = this.#path(key);
    return guarded(() => unlessMissing(readFile(path)));
  }

  async stream(key: string, range?: ByteRange): Promise<Readable | undefined> {
    const path = this.#path(key);
    return guarded(async () => {
      const file = await unlessMissing(open(path, 'r'));
      if (file === undefined) return undefined;
      if (range === undefined) return file.createReadStream();
      if (range.end <= range.start) {
        await file.close();
        return Readable.from([]);
      }
      return file.createReadStream({ start: range.start, end: range.end - 1 });
    });
  }

  async head(key: string): Promise<StoredObject | undefined> {
    const path = this.#path(key);
    const found = await guarded(() => unlessMissing(stat(path)));
    return found?.isFile() === true
      ? { key, sizeBytes: found.size, modifiedAt: Math.trunc(found.mtimeMs) }
      : undefined;
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    assertPrefix(prefix);
    for (const name of await guarded(() => sortedNames(join(this.#folder, prefix)))) {
      if (name.startsWith('.')) continue;
      if (name.endsWith('/')) {
        yield* this.list(prefix + name);
        continue;
      }
      const object = await this.head(prefix + name);
      if (object !== undefined) yield object;
    }
  }

  async *folders(prefix: string): AsyncIterable<string> {
    assertPrefix(prefix);
    for (const name of await guarded(() => sortedNames(join(this.#folder, prefix))))
      if (name.endsWith('/') && !name.startsWith('.')) yield name.slice(0, -1);
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    await guarded(async () => {
      await unlessMissing(unlink(path));
      await this.#removeEmptyFolders(dirname(path));
    });
  }

  async deleteAll(prefix: string): Promise<void> {
    assertPrefix(prefix);
    const path = join(this.#folder, prefix.slice(0, -1));
    await guarded(async () => {
      await rm(path, { recursive: true, force: true });
      await this.#removeEmptyFolders(dirname(path));
    });
  }

  async sweep(): Promise<void> {
    const folder = join(this.#folder, UNFINISHED);
    await guarded(async () => {
      for (const name of await sortedNames(folder)) {
        const path = join(folder, name);
        if (await isGivenUp(path, name)) await rm(path, { force: true });
      }
    });
  }

  localPath(key: string): string {
    return this.#path(key);
  }

  presign(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  #path(key: string): string {
    assertKey(key);
    return join(this.#folder, key);
  }

  async #unfinishedPath(): Promise<string> {
    const folder = join(this.#folder, UNFINISHED);
    await mkdir(folder, { recursive: true });
    return join(folder, `${randomUUID()}${OWNER_MARK}${ownerTag()}`);
  }

  async #write(body: Uint8Array | string): Promise<string> {
    const path = await this.#unfinishedPath();
    try {
      const file = await open(path, 'wx');
      try {
        await file.writeFile(body);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return path;
  }

  async #removeEmptyFolders(folder: string): Promise<void> {
    let current = folder;
    while (current.startsWith(join(this.#folder, '/'))) {
      try {
        await rmdir(current);
      } catch {
        // Not empty, or gone already: both end the walk.
        return;
      }
      current = dirname(current);
    }
  }
}

async function isGivenUp(path: string, name: string): Promise<boolean> {
  const isAlive = isOwnerAlive(name.slice(name.indexOf(OWNER_MARK) + 1));
  if (isAlive !== undefined) return !isAlive;
  const found = await unlessMissing(stat(path));
  return found !== undefined && Date.now() - found.mtimeMs > FORGOTTEN_MS;
}

/** Makes the folder of `path` if the write needs it; another call may remove it as empty in between. */
async function inFolder<T>(path: string, write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries > 5) throw error;
      await mkdir(dirname(path), { recursive: true });
    }
  }
}

async function finishing<T>(unfinished: string, finish: () => Promise<T>): Promise<T> {
  try {
    return await finish();
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Names in a folder in the order of the keys they stand for; folders end in `/`. */
async function sortedNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  const entries = await unlessMissing(opendir(folder));
  if (entries === undefined) return names;
  for await (const entry of entries) names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
  return names.sort((a, b) => (a < b ? -1 : 1));
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
    const message = full
      ? 'The disk of the object store is full.'
      : 'The object store cannot be read or written.';
    throw new CodedError(
      full ? 'STORE_FULL' : 'STORE_UNAVAILABLE',
      message,
      { cause: String(error) },
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string | undefined {
  // By shape, not by class: errors of Node's own modules come from another realm in tests.
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
