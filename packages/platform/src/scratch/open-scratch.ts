import { mkdir, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, fits, type DiskState } from '@framefold/domain';
import { isOwnerAlive, ownerTag } from '../limits/owner-tag.ts';
import { sizeOfFolder } from './size-of-folder.ts';

/** Unfinished downloads: kept over restarts, so that they go on where they broke off. */
const DOWNLOADS = 'downloads';

/** What nobody has gone on with for so long belongs to no job any more: downloads, and what owners elsewhere left. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

/** Beside each reserved folder: how many bytes it may grow to. */
const RESERVED = '.reserved';

/** A folder for one piece of work. */
export interface ScratchPlace {
  readonly folder: string;
  /** Removes the folder and gives its reservation back. */
  release(): Promise<void>;
}

/** Room for unfinished output, shared by the workers of a machine. */
export interface ScratchSpace {
  /** The folder of this process. */
  readonly folder: string;
  /** A folder for unfinished downloads, which outlives the process. */
  readonly downloadFolder: string;
  /**
   * Makes an empty folder and holds room for it against others.
   *
   * @param name a name that nobody else uses
   * @throws {CodedError} WORKER_DISK_LOW when there is not so much room
   */
  reserve(name: string, bytes: number): Promise<ScratchPlace>;
  state(): Promise<DiskState>;
  /** Removes what dead processes of this machine left; their output is never used, since another attempt begins anew. */
  sweep(): Promise<void>;
  /** Removes the folder of this process. */
  close(): Promise<void>;
}

/**
 * Opens the scratch folder for this process and sweeps it.
 *
 * @param root the scratch folder that all workers of this machine share
 */
export async function openScratch(root: string): Promise<ScratchSpace> {
  const folder = join(root, ownerTag());
  const downloadFolder = join(root, DOWNLOADS);
  await mkdir(folder, { recursive: true });
  const space: ScratchSpace = {
    folder,
    downloadFolder,
    state: () => stateOf(root),
    async reserve(name, bytes) {
      const place = join(folder, name);
      const disk = await stateOf(root);
      if (!fits(bytes, disk)) {
        throw new CodedError(
          'WORKER_DISK_LOW',
          `The scratch folder has no room for ${Math.ceil(bytes / 1024 ** 2)} MB more: ${Math.floor(disk.freeBytes / 1024 ** 2)} MB are free, ${Math.ceil(disk.reservedBytes / 1024 ** 2)} MB of that reserved.`,
        );
      }
      await writeFile(place + RESERVED, String(bytes));
      await mkdir(place, { recursive: true });
      return {
        folder: place,
        release: async () => {
          await rm(place, { recursive: true, force: true });
          await rm(place + RESERVED, { force: true });
        },
      };
    },
    sweep: () => sweep(root),
    close: () => rm(folder, { recursive: true, force: true }),
  };
  await space.sweep();
  return space;
}

async function stateOf(root: string): Promise<DiskState> {
  const { bavail, blocks, bsize } = await statfs(root);
  let reservedBytes = 0;
  for (const owner of await namesIn(root)) {
    if (owner === DOWNLOADS || isOwnerAlive(owner) === false) continue;
    for (const name of await namesIn(join(root, owner))) {
      if (!name.endsWith(RESERVED)) continue;
      const place = join(root, owner, name);
      const promised = Number(await readFile(place, 'utf8').catch(() => 0));
      reservedBytes += Math.max(0, promised - (await sizeOfFolder(place.slice(0, -RESERVED.length))));
    }
  }
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, reservedBytes };
}

async function sweep(root: string): Promise<void> {
  for (const name of await namesIn(root)) {
    if (name === DOWNLOADS) await removeForgotten(join(root, DOWNLOADS));
    else if (isOwnerAlive(name) === false) await rm(join(root, name), { recursive: true, force: true });
    // Of a container that is gone nobody can say more than how long it has been silent.
    else if (isOwnerAlive(name) === undefined) await removeIfForgotten(join(root, name));
  }
}

async function removeForgotten(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) await removeIfForgotten(join(folder, name));
}

async function removeIfForgotten(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && Date.now() - found.mtimeMs > FORGOTTEN_MS) {
    await rm(path, { recursive: true, force: true });
  }
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch((): string[] => []);
