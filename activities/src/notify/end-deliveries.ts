import { deliveriesOf, EMPTY_FOLD, ENDING_EVENTS, type NewDelivery } from '@framefold/domain';
import type { Catalogue } from '@framefold/platform';

/**
 * The webhooks of a job's ends, derived anew from its log with the ids that they had; none of an unknown job.
 *
 * @param publicBaseUrl where clients reach the API, without a slash at the end
 * @throws {CodedError} CATALOGUE_UNAVAILABLE
 */
export async function endDeliveries(
  catalogue: Catalogue,
  jobId: string,
  publicBaseUrl: string,
): Promise<readonly NewDelivery[]> {
  const found = await catalogue.job(jobId);
  if (found === undefined) return [];
  const change = { jobId, before: EMPTY_FOLD, recorded: await catalogue.events(jobId), job: found.job };
  return deliveriesOf(change, publicBaseUrl).filter(({ event }) =>
    ENDING_EVENTS.some((ending) => ending === event),
  );
}
