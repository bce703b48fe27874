import { Logger } from '@nestjs/common';
import type { Backends } from '../backends.ts';
import { startRounds, type Rounds } from '../rounds.ts';

/** Where workers have, or should have, something of a job to do. */
const WORKED_ON = ['probing', 'splitting', 'transcoding', 'merging'] as const;

/**
 * One round: what runs of the jobs goes into the catalogue. Asks Temporal's server, not the workflows, and nothing at
 * all while there is no work. A job that cannot be asked keeps what it had.
 *
 * @param idle jobs of which nothing ran at the last look. Nothing runs between two steps either, so that only a second
 *   such look counts.
 * @returns those of this look
 */
export async function collectOnce(
  { catalogue, temporal }: Pick<Backends, 'catalogue' | 'temporal'>,
  idle: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const idleNow = new Set<string>();
  for (const jobId of await catalogue.idsInStates(WORKED_ON)) {
    try {
      const live = await temporal.liveUnits(jobId);
      if (live.length === 0) idleNow.add(jobId);
      if (live.length > 0 || idle.has(jobId)) await catalogue.setLive(jobId, live);
    } catch (error) {
      new Logger('live').debug(`No progress of job ${jobId}: ${String(error)}`);
    }
  }
  return idleNow;
}

/** Collects about once a second until it is stopped. */
export function startLiveCollector(backends: Pick<Backends, 'catalogue' | 'temporal'>): Rounds {
  const logger = new Logger('live');
  let idle: ReadonlySet<string> = new Set();
  return startRounds(
    async () => {
      idle = await collectOnce(backends, idle);
    },
    (error) => logger.warn(`Progress is not collected: ${String(error)}`),
  );
}
