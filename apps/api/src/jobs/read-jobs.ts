import type { Config } from '@framefold/config';
import { toSummary, toView } from '@framefold/domain';
import { BadCursorError, type CatalogueJob } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';
import { assertJobId, jobNotFound } from './job-id.ts';
import { jobLinks } from './job-links.ts';
import type { JobDocument, JobList, JobQuery } from './job-schemas.ts';

/** Jobs as the catalogue has them. */
@Injectable()
export class ReadJobs {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws {ProblemError} JOB_NOT_FOUND */
  async job(jobId: string): Promise<JobDocument> {
    return this.#document(await this.catalogueJob(jobId));
  }

  /** @throws {ProblemError} JOB_NOT_FOUND */
  async catalogueJob(jobId: string): Promise<CatalogueJob> {
    assertJobId(jobId);
    const found = await this.backends.catalogue.job(jobId);
    if (found === undefined) throw jobNotFound(jobId);
    return found;
  }

  /** @throws {ProblemError} VALIDATION_FAILED for a cursor that no page had */
  async list({ limit, status, user, label, cursor }: JobQuery): Promise<JobList> {
    const { jobs, nextCursor } = await this.backends.catalogue
      .list({
        limit,
        ...(status === undefined ? {} : { status }),
        ...(user === undefined ? {} : { userId: user }),
        ...(label === undefined ? {} : { label }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      .catch(refuseBadCursor);
    return {
      jobs: jobs.map((found) => ({
        ...toSummary(this.#document(found)),
        links: jobLinks(found.jobId, this.config),
      })),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    };
  }

  #document({ jobId, job, live }: CatalogueJob): JobDocument {
    return { ...toView(jobId, job, live, this.now()), links: jobLinks(jobId, this.config) };
  }
}

function refuseBadCursor(error: unknown): never {
  if (!(error instanceof BadCursorError)) throw error;
  const errors = [{ path: 'cursor', message: error.message }];
  throw new ProblemError('VALIDATION_FAILED', error.message, { errors });
}
