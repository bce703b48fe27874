import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderOwnership, takeFolder } from '@framefold/platform';
import type { Logger } from '@framefold/telemetry';
import type { Uploads } from './uploads.ts';

const INTERVAL_MS = 10 * 60_000;

/** While catalogue and store come up. */
const RETRY_MS = 5_000;

/**
 * Sweeps the uploads at once and every ten minutes, as long as no other process has their folder.
 *
 * @returns stops it and gives the folder back
 */
export function startUploadSweep(
  uploads: Pick<Uploads, 'sweep'>,
  folder: string,
  logger: Logger,
): () => Promise<void> {
  const stopping = new AbortController();
  let ownership: FolderOwnership | undefined;
  const sweep = async (): Promise<number> => {
    try {
      if (ownership === undefined || 'holder' in ownership) ownership = takeFolder(folder);
      if ('release' in ownership) await uploads.sweep();
      return INTERVAL_MS;
    } catch (error) {
      logger.warn({ err: error }, 'uploads could not be swept');
      return RETRY_MS;
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const pauseMs = await sweep();
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = run();
  return async () => {
    stopping.abort();
    await ended;
    if (ownership !== undefined && 'release' in ownership) ownership.release();
  };
}
