import type { Config } from '@framefold/config';
import { processWorkerId, startReporting, startWorkers, type Role } from '@framefold/runtime';
import type { Logger } from '@framefold/telemetry';
import { assemble } from './assemble.ts';

/** Video encoders of the ffmpeg engine that plans can name. */
const ENCODERS = ['libx264'] as const;

export interface WorkerProgram {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly logger: Logger;
  /** Aborting drains the worker. */
  readonly signal: AbortSignal;
}

/**
 * Runs the workers of this process until they are told to stop and have drained.
 *
 * @throws {MissingToolError} when a program that the roles need is not configured
 * @throws when Temporal stays away, or a worker breaks
 */
export async function runWorker({ config, roles, logger, signal }: WorkerProgram): Promise<void> {
  const workerId = processWorkerId();
  const { activities, store, encoderBuild } = await assemble({ config, roles, workerId, logger });
  const metricsPort = config.ports.workerMetrics;
  const workers = await startWorkers({
    config,
    roles,
    activities,
    workerId,
    metricsPort,
    logger,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (workers === undefined) return;
  const encoder = roles.includes('encode-cpu')
    ? { encoder: { build: encoderBuild, encoders: ENCODERS } }
    : {};
  const reporting = await startReporting({ config, store, workerId, roles, workers, logger, ...encoder });
  const drain = (): void => {
    workers.drain();
    void reporting.report();
  };
  if (signal.aborted) drain();
  else signal.addEventListener('abort', drain, { once: true });
  try {
    await workers.stopped;
  } finally {
    await reporting.stop();
  }
}
