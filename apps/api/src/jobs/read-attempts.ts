import { recordAttempts } from '@framefold/activities';
import { toAttemptView } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { refuseBadCursor } from '../problem/bad-cursor.ts';
import { STORE } from '../tokens.ts';
import type { AttemptList, AttemptListQuery } from './attempt-schemas.ts';
import { ReadJobs } from './read-jobs.ts';

/** Tells of the attempts at a job's units. */
@Injectable()
export class ReadAttempts {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
  ) {}

  /** @throws {ProblemError} JOB_NOT_FOUND, VALIDATION_FAILED for a cursor that no page had */
  async list(caller: Caller, jobId: string, { unit, cursor, limit }: AttemptListQuery): Promise<AttemptList> {
    await this.jobs.catalogueJob(caller, jobId);
    const { catalogue } = this.backends;
    // A job's end brings them here, and those of earlier versions did not.
    if (cursor === undefined) await recordAttempts({ catalogue, store: this.store }, jobId);
    const { attempts, ...page } = await catalogue.attempts
      .list({ jobId, unit, cursor, limit })
      .catch(refuseBadCursor);
    return { attempts: attempts.map(toAttemptView), ...page };
  }
}
