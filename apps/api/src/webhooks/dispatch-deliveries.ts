import { Logger } from '@nestjs/common';
import type { Backends } from '../backends.ts';
import { startRounds, type Rounds } from '../rounds.ts';

/** Deliveries that one look at the catalogue gives. */
const PER_LOOK = 100;

/**
 * Starts a workflow for every webhook that is due. Each is noted as started when Temporal has it: whoever dies in
 * between leaves it to the next round, in which Temporal knows the workflow by its id.
 */
export async function dispatchDue(
  { catalogue, temporal }: Pick<Backends, 'catalogue' | 'temporal'>,
  now: number,
): Promise<void> {
  for (;;) {
    const due = await catalogue.deliveries.due(now, PER_LOOK);
    for (const run of due) {
      await temporal.startDelivery(run);
      await catalogue.deliveries.markStarted(run);
    }
    if (due.length < PER_LOOK) return;
  }
}

/** Dispatches about once a second until it is stopped. */
export function startDispatcher(backends: Pick<Backends, 'catalogue' | 'temporal'>): Rounds {
  const logger = new Logger('webhooks');
  return startRounds(
    () => dispatchDue(backends, Date.now()),
    (error) => logger.warn(`Webhooks wait: ${String(error)}`),
  );
}
