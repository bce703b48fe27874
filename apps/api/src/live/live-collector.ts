import { Logger } from '@nestjs/common';
import type { Backends } from '../backends.ts';
import { startRounds, type Rounds } from '../rounds.ts';

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
export function startLiveCollector(backends: Pick<Backends, 'catalogue' | 'temporal'>): Rounds {
  const logger = new Logger('live');
  return startRounds(
    () => collectOnce(backends),
    (error) => logger.warn(`Progress is not collected: ${String(error)}`),
  );
}
