import type { Catalogue } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import { endDeliveries } from './end-deliveries.ts';

/**
 * What jobs that began under a version before the delivery log call when they have ended: makes sure that the log holds
 * the webhook of their end. Recording the end has put it there, unless that was done by the earlier version.
 */
export function deliverWebhook(deps: {
  readonly catalogue: Catalogue;
  readonly publicBaseUrl: string;
}): ControlActivities['deliverWebhook'] {
  return async ({ jobId, event }) => {
    const ends = await endDeliveries(deps.catalogue, jobId, deps.publicBaseUrl);
    await deps.catalogue.deliveries.add(ends.filter((delivery) => delivery.event === event));
    return { status: ACCEPTED };
  };
}

/** The log takes it from here. */
const ACCEPTED = 202;
