import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderOwnership, takeFolder } from '@framefold/platform';
import type { Logger } from '@framefold/telemetry';
import type { Uploads } from './uploads.ts';

const INTERVAL_MS = 10 * 60_000;

/** After a first failure: catalogue and store may be coming up. */
const FIRST_RETRY_MS = 5_000;

/**
 * The pause between two sweeps, in ms. It doubles with each failure: what fails has perhaps read gigabytes before.
 *
 * @param failures so many in a row
 */
export function sweepPauseMs(failures: number): number {
  return failures === 0 ? INTERVAL_MS : Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), INTERVAL_MS);
}

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
  let failures = 0;
  const sweep = async (): Promise<void> => {
    try {
      if (ownership === undefined || 'holder' in ownership) ownership = takeFolder(folder);
      if ('release' in ownership) await uploads.sweep();
      failures = 0;
    } catch (error) {
      failures += 1;
      logger.warn({ err: error }, 'uploads could not be swept');
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sweep();
      await sleep(sweepPauseMs(failures), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = run();
  return async () => {
    stopping.abort();
    await ended;
    if (ownership !== undefined && 'release' in ownership) ownership.release();
  };
}
