import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Unfinished downloads: kept over restarts, so that they go on where they broke off. */
export const DOWNLOADS = 'downloads';

/** A download that nobody has gone on with for so long belongs to no job any more. */
const FORGOTTEN_DOWNLOAD_MS = 24 * 3600 * 1000;

/**
 * Makes this process's own folder for unfinished output, and removes what dead processes of this machine left: their
 * output is never used, since another attempt begins anew.
 *
 * @param folder the scratch folder that all workers of this machine share
 */
export async function openScratch(folder: string): Promise<string> {
  const own = join(folder, String(process.pid));
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const isOfDeadProcess = /^\d+$/.test(name) && (Number(name) === process.pid || !isAlive(Number(name)));
    if (isOfDeadProcess) await rm(join(folder, name), { recursive: true, force: true });
  }
  await sweepDownloads(join(folder, DOWNLOADS));
  await mkdir(own, { recursive: true });
  return own;
}

async function sweepDownloads(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > FORGOTTEN_DOWNLOAD_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}
