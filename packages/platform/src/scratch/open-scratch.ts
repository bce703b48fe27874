import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, fits, type DiskState } from '@framefold/domain';
import { z } from 'zod';
import { isOwnerAlive, ownerTag } from '../limits/owner-tag.ts';
import { diskOf } from './disk-of.ts';
import { sizeOfFolder } from './size-of-folder.ts';

/** Unfinished downloads: kept over restarts, so that they go on where they broke off. */
const DOWNLOADS = 'downloads';

/** What nobody has gone on with for so long belongs to no job any more: downloads, and what owners elsewhere left. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

/** Ending of the notes of what a process has reserved, in its folder. */
const RESERVED = '.reserved';

/** A folder, and how many bytes it may grow to. */
const Reservation = z.object({ folder: z.string(), bytes: z.number() });
type Reservation = z.infer<typeof Reservation>;

/** A folder for one piece of work. */
export interface ScratchPlace {
  readonly folder: string;
  /** Removes the folder and gives its reservation back. */
  release(): Promise<void>;
}

/** A folder for a download, which another attempt on this machine can go on with. */
export interface DownloadPlace extends ScratchPlace {
  /**
   * Holds room for the folder to grow to `bytes`.
   *
   * @throws {CodedError} WORKER_DISK_LOW when there is not so much room
   */
  reserve(bytes: number): Promise<void>;
  /** Gives the reservation back and leaves the folder for the next attempt. */
  pause(): Promise<void>;
}

/** Room for unfinished output, shared by the workers of a machine. */
export interface ScratchSpace {
  /** The folder of this process. */
  readonly folder: string;
  /**
   * Makes an empty folder and holds room for it against others.
   *
   * @param name a name that nobody else uses
   * @throws {CodedError} WORKER_DISK_LOW when there is not so much room
   */
  reserve(name: string, bytes: number): Promise<ScratchPlace>;
  /**
   * The folder of a download, with what earlier attempts left in it. It outlives the process.
   *
   * @param input tells the downloads of a job apart
   */
  openDownload(jobId: string, input?: number): Promise<DownloadPlace>;
  /** Removes what is left of a job's downloads on this machine, if anything is. */
  discardDownloads(jobId: string): Promise<void>;
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
  const downloads = join(root, DOWNLOADS);
  await mkdir(folder, { recursive: true });

  const reserve = async (name: string, reservation: Reservation): Promise<void> => {
    const note = join(folder, name + RESERVED);
    // Noted first and looked at then: of several at once none can overlook the others.
    await mkdir(folder, { recursive: true });
    await writeFile(note, JSON.stringify(reservation));
    const disk = await stateOf(root);
    if (!fits(0, disk)) {
      const missing = await unwritten(reservation);
      await rm(note, { force: true });
      throw new CodedError(
        'WORKER_DISK_LOW',
        `The scratch folder has no room for ${Math.ceil(missing / 1024 ** 2)} MB more: ${Math.floor(disk.freeBytes / 1024 ** 2)} MB are free, ${Math.ceil((disk.reservedBytes - missing) / 1024 ** 2)} MB of that reserved.`,
      );
    }
  };
  const giveBack = (name: string): Promise<void> => rm(join(folder, name + RESERVED), { force: true });
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

  const space: ScratchSpace = {
    folder,
    state: () => stateOf(root),
    async reserve(name, bytes) {
      const place = join(folder, name);
      await reserve(name, { folder: place, bytes });
      await mkdir(place, { recursive: true });
      return {
        folder: place,
        release: async () => {
          await remove(place);
          await giveBack(name);
        },
      };
    },
    async openDownload(jobId, input = 0) {
      const name = downloadName(jobId, input);
      const place = join(downloads, name);
      await mkdir(place, { recursive: true });
      return {
        folder: place,
        reserve: (bytes) => reserve(name, { folder: place, bytes }),
        pause: () => giveBack(name),
        release: async () => {
          await remove(place);
          await giveBack(name);
        },
      };
    },
    discardDownloads: async (jobId) => {
      const own = (name: string): boolean => name.startsWith(downloadName(jobId, 0));
      for (const name of await namesIn(downloads)) if (own(name)) await remove(join(downloads, name));
    },
    sweep: async () => {
      // Others can't tell whether a process of another container lives but by its folder's age.
      const now = new Date();
      await utimes(folder, now, now).catch(() => undefined);
      await sweep(root);
    },
    close: () => remove(folder),
  };
  await space.sweep();
  return space;
}

/** No job's begins with another's. */
function downloadName(jobId: string, input: number): string {
  return `${jobId}_${input === 0 ? '' : input + 1}`;
}

async function stateOf(root: string): Promise<DiskState> {
  const disk = await diskOf(root);
  let reservedBytes = 0;
  for (const owner of await namesIn(root)) {
    if (owner === DOWNLOADS || isOwnerAlive(owner) === false) continue;
    for (const name of await namesIn(join(root, owner))) {
      if (name.endsWith(RESERVED))
        reservedBytes += await unwritten(await readReservation(join(root, owner, name)));
    }
  }
  return { ...disk, reservedBytes };
}

/** What a folder may still grow by. */
async function unwritten(reservation: Reservation | undefined): Promise<number> {
  return reservation === undefined
    ? 0
    : Math.max(0, reservation.bytes - (await sizeOfFolder(reservation.folder)));
}

async function readReservation(file: string): Promise<Reservation | undefined> {
  try {
    return Reservation.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Given back meanwhile, or not written to its end.
    return undefined;
  }
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
