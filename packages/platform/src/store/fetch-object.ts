import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '@framefold/domain';
import type { ObjectStore } from './object-store.ts';

/**
 * Writes an object's bytes into a local file.
 *
 * @returns how many there were, or undefined when there is no such object
 * @throws {CodedError} what the store throws, and WORKER_DISK_LOW; the signal's reason
 */
export async function fetchObject(
  store: Pick<ObjectStore, 'stream'>,
  key: string,
  file: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const body = await store.stream(key);
  if (body === undefined) return undefined;
  const written = createWriteStream(file);
  try {
    await pipeline(body, written, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new CodedError('WORKER_DISK_LOW', 'The scratch folder has no room for the source.');
  }
  return written.bytesWritten;
}
