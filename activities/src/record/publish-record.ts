import { CodedError, foldAll, hasEnded, storeKeys, toView } from '@framefold/domain';
import type { Catalogue, ObjectStore } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import { recordAttempts } from './record-attempts.ts';

/**
 * Writes the ended job's log into the store, where it outlives Temporal's retention and the catalogue; and beside
 * finished output the job as clients see it; and the records of its attempts into the catalogue. Then the webhook of its
 * end may go out.
 */
export function publishRecord(deps: {
  readonly catalogue: Catalogue;
  readonly store: ObjectStore;
}): ControlActivities['publishRecord'] {
  return async ({ jobId }) => {
    const log = await deps.catalogue.events(jobId);
    const job = foldAll(log.map((recorded) => recorded.event));
    if (!hasEnded(job.state)) {
      throw new CodedError('CATALOGUE_UNAVAILABLE', `The log of job ${jobId} does not hold its end yet.`);
    }
    const lines = log.map((recorded) => `${JSON.stringify(recorded)}\n`);
    await deps.store.put(storeKeys.eventLog(jobId), lines.join(''));
    if (job.state === 'completed') {
      const view = toView(jobId, job, [], job.enteredAt.completed ?? 0);
      await deps.store.put(storeKeys.outputFile(jobId, 'job.json'), `${JSON.stringify(view, null, 2)}\n`);
    }
    await recordAttempts(deps, jobId);
    await deps.catalogue.deliveries.release(jobId);
  };
}
