import { Logger } from '@nestjs/common';
import type { Backends } from '../backends.ts';

/** Time between two rounds, in ms. */
const ROUND_MS = 1_000;

/** A running collector. */
export interface LiveCollector {
  /** Ends after the round in progress. */
  stop(): Promise<void>;
}

/**
 * One round: what the running encoders last reported goes into the catalogue. Asks Temporal's server, not the
 * workflows, and nothing at all while no job encodes. A job that cannot be asked keeps what it had.
 */
export async function collectOnce({
  catalogue,
  temporal,
}: Pick<Backends, 'catalogue' | 'temporal'>): Promise<void> {
  for (const jobId of await catalogue.idsInState('transcoding')) {
    try {
      await catalogue.setLive(jobId, await temporal.liveUnits(jobId));
    } catch (error) {
      new Logger('live').debug(`No progress of job ${jobId}: ${String(error)}`);
    }
  }
}

/** Collects about once a second until it is stopped. */
export function startLiveCollector(backends: Pick<Backends, 'catalogue' | 'temporal'>): LiveCollector {
  const logger = new Logger('live');
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      round = collectOnce(backends)
        .catch((error: unknown) => logger.warn(`Progress is not collected: ${String(error)}`))
        .finally(next);
    }, ROUND_MS);
  };
  let round: Promise<void> = Promise.resolve();
  next();
  return {
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
