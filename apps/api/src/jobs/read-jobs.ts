import type { Config } from '@framefold/config';
import { toSummary, toView } from '@framefold/domain';
import type { CatalogueJob } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
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

  async list({ user, ...filter }: JobQuery): Promise<JobList> {
    const given = { ...filter, userId: user };
    const { jobs, nextCursor } = await this.backends.catalogue.list(withoutUndefined(given));
    return {
      jobs: jobs.map((found) => ({ ...toSummary(this.#document(found)), links: jobLinks(found.jobId, this.config) })),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    };
  }

  #document({ jobId, job, live }: CatalogueJob): JobDocument {
    return { ...toView(jobId, job, live, this.now()), links: jobLinks(jobId, this.config) };
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The port's options are absent or something, never undefined. */
function withoutUndefined<T extends object>(fields: T): Partial<Defined<T>> & Pick<T, RequiredKeys<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Defined<T>> &
    Pick<T, RequiredKeys<T>>;
}

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];
