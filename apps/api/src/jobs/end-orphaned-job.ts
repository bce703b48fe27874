import { publishRecord } from '@framefold/activities';
import { hasEnded, type JobState, runsOf, storeKeys } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { API_STREAM } from '@framefold/workflows/contract';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { CLOCK, type Clock, STORE } from '../tokens.ts';

/** Ends jobs that have lost their workflow, which would hold their tenant's quota for ever. */
@Injectable()
export class EndOrphanedJob {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Records a job as cancelled that has not ended although Temporal runs no workflow of it. A workflow records the end
   * before it closes: this one was terminated, met a limit of Temporal's, or went with its database. One that was
   * cancelled gets its record where that failed.
   *
   * @returns its state, which is no end where it is run again meanwhile; undefined for one that the catalogue does not know
   * @throws {ProblemError} TEMPORAL_UNAVAILABLE
   * @throws {CodedError} CATALOGUE_UNAVAILABLE; STORE_UNAVAILABLE, STORE_FULL when the end is in the catalogue already
   */
  async end(jobId: string): Promise<JobState | undefined> {
    const { catalogue, temporal } = this.backends;
    const job = (await catalogue.job(jobId))?.job;
    if (job === undefined) return undefined;
    if (!hasEnded(job.state)) {
      // Asked after the catalogue: another run is in Temporal before it is there.
      if (await temporal.jobRuns(jobId)) return job.state;
      const data = { reason: 'The workflow of the job was ended from outside.' };
      const event = { type: 'JobCancelled', at: this.now(), data } as const;
      await catalogue.append([{ jobId, stream: API_STREAM, sequence: 0, event }]);
    } else if (job.state !== 'cancelled' || (await this.store.head(storeKeys.eventLog(jobId))) !== undefined)
      return job.state;
    await publishRecord({ catalogue, store: this.store })({ jobId, run: Math.max(runsOf(job) - 1, 0) });
    return (await catalogue.job(jobId))?.job.state;
  }
}
