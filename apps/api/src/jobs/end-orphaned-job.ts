import { publishRecord } from '@framefold/activities';
import { hasEnded, type JobState } from '@framefold/domain';
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
   * before it closes: this one was terminated, met a limit of Temporal's, or went with its database.
   *
   * @returns how the job has ended; undefined for one that the catalogue does not know
   * @throws {CodedError} CATALOGUE_UNAVAILABLE; STORE_UNAVAILABLE, STORE_FULL when the end is in the catalogue already
   */
  async end(jobId: string): Promise<JobState | undefined> {
    const { catalogue } = this.backends;
    const state = (await catalogue.job(jobId))?.job.state;
    if (state === undefined || hasEnded(state)) return state;
    const data = { reason: 'The workflow of the job was ended from outside.' };
    const event = { type: 'JobCancelled', at: this.now(), data } as const;
    await catalogue.append([{ jobId, stream: API_STREAM, sequence: 0, event }]);
    await publishRecord({ catalogue, store: this.store })({ jobId });
    return (await catalogue.job(jobId))?.job.state;
  }
}
