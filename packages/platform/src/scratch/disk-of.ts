import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DiskState } from '@framefold/domain';

/** The file system that a folder is on, or will be on when it is made; of what is promised there nothing is known. */
export async function diskOf(folder: string): Promise<DiskState> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, reservedBytes: 0 };
  } catch (error) {
    const parent = dirname(folder);
    if (!isMissing(error) || parent === folder) throw error;
    return diskOf(parent);
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
