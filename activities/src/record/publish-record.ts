import { CodedError, foldAll, type JobEventType, storeKeys, toView } from '@framefold/domain';
import type { Catalogue, ObjectStore } from '@framefold/platform';
import { API_STREAM, type ControlActivities, jobStream } from '@framefold/workflows/contract';
import { recordAttempts } from './record-attempts.ts';

const ENDS: readonly JobEventType[] = ['JobCompleted', 'JobFailed', 'JobCancelled'];

/**
 * Writes the ended job's log into the store, where it outlives Temporal's retention and the catalogue; and beside
 * finished output the job as clients see it; and the records of its attempts into the catalogue. Then the webhook of its
 * end may go out. Where the catalogue was lost and not yet rebuilt its log is not whole: it must not become the job's.
 *
 * @throws {CodedError} CATALOGUE_UNAVAILABLE while the catalogue lacks the beginning or the end of the run
 */
export function publishRecord(deps: {
  readonly catalogue: Catalogue;
  readonly store: ObjectStore;
}): ControlActivities['publishRecord'] {
  return async ({ jobId, run }) => {
    const log = await deps.catalogue.events(jobId);
    const streams = [jobStream(run), API_STREAM];
    const ofRun = log.filter(({ stream }) => streams.includes(stream)).map(({ event }) => event.type);
    if (!ofRun.includes('JobSubmitted') || !ofRun.some((type) => ENDS.includes(type))) {
      const message = `The log of job ${jobId} lacks its beginning or its end; a rebuild of the catalogue brings them.`;
      throw new CodedError('CATALOGUE_UNAVAILABLE', message);
    }
    const job = foldAll(log.map((recorded) => recorded.event));
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
