import { join } from 'node:path';
import { createEncodeActivities, createMediaActivities } from '@framefold/activities';
import type { Config } from '@framefold/config';
import {
  createFfmpegEngine,
  createFolderStore,
  createGuardedFetch,
  createProcessRunner,
  type ObjectStore,
} from '@framefold/platform';
import type { Role, WorkersOptions } from '@framefold/runtime';
import type { Logger } from '@framefold/telemetry';
import { DOWNLOADS, openScratch } from './scratch.ts';

/** A program that is not configured. */
export class MissingToolError extends Error {
  override readonly name = 'MissingToolError';
}

/** What the roles of a worker process work with. */
export interface Assembly {
  readonly store: ObjectStore;
  readonly activities: WorkersOptions['activities'];
  readonly encoderBuild: string;
}

export interface AssembleOptions {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly workerId: string;
  readonly logger: Logger;
}

/**
 * Puts a worker's parts together: the one place that chooses implementations.
 *
 * @throws {Error} for a role that this program can't have
 * @throws {MissingToolError} when a program is not configured
 */
export async function assemble({ config, roles, workerId, logger }: AssembleOptions): Promise<Assembly> {
  if (roles.includes('control')) {
    throw new Error('The control role runs in the API process: it alone opens the catalogue.');
  }
  const ffmpeg = required(config.tools.ffmpeg, 'FRAMEFOLD_FFMPEG');
  const ffprobe = required(config.tools.ffprobe, 'FRAMEFOLD_FFPROBE');
  const { bwrap } = config.tools;
  const scratchFolder = await openScratch(config.folders.scratch);

  const store = createFolderStore(config.folders.store);
  const runner = await createProcessRunner(bwrap === undefined ? {} : { bwrap });
  if (runner.isolation === 'none') {
    logger.warn(
      { reason: runner.isolationNote },
      'ffmpeg runs without a sandbox: take sources only from people you trust',
    );
  }
  const engine = await createFfmpegEngine({ ffmpeg, runner });
  const encode = { store, engine, scratchFolder, workerId };
  const media = {
    ...encode,
    runner,
    ffmpeg,
    ffprobe,
    fetch: createGuardedFetch({ privateNetworks: config.privateNetworks }),
    downloadFolder: join(config.folders.scratch, DOWNLOADS),
    fileRoots: config.fileRoots,
    limits: config.limits,
  };
  return {
    store,
    activities: { media: createMediaActivities(media), 'encode-cpu': createEncodeActivities(encode) },
    encoderBuild: engine.build,
  };
}

function required(path: string | undefined, variable: string): string {
  if (path !== undefined) return path;
  throw new MissingToolError(
    `${variable} is not set. Start through apps/cli/bin/framefold.mjs, which provides the tools.`,
  );
}
