import type { Config } from '@framefold/config';
import { hasEnded, tenantOf, toView, type JobFold, type JobView } from '@framefold/domain';
import type { CatalogueJob } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { Playback } from '../media/playback.ts';
import { refuseBadCursor } from '../problem/bad-cursor.ts';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';
import { assertJobId, jobNotFound } from './job-id.ts';
import { jobLinks, type JobLinks } from './job-links.ts';
import { QueueOutlooks } from './queue-outlooks.ts';
import type { JobDocument, JobList, JobQuery } from './job-schemas.ts';

/** Jobs as the catalogue has them. To a caller, another tenant's job is as one that is not there. */
@Injectable()
export class ReadJobs {
  /** Views of ended jobs, as long as the catalogue gives the same objects for them: these change no more. */
  readonly #ended = new WeakMap<JobFold, JobView>();

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(Playback) private readonly playback: Playback,
    @Inject(QueueOutlooks) private readonly outlooks: QueueOutlooks,
  ) {}

  /** @throws {ProblemError} JOB_NOT_FOUND */
  async job(caller: Caller, jobId: string): Promise<JobDocument> {
    const view = await this.outlooks.complete(this.#view(await this.catalogueJob(caller, jobId)));
    return { ...view, links: this.#links(jobId) };
  }

  /** @throws {ProblemError} JOB_NOT_FOUND */
  async catalogueJob({ tenant }: Caller, jobId: string): Promise<CatalogueJob> {
    assertJobId(jobId);
    const found = await this.backends.catalogue.job(jobId);
    if (found === undefined || tenantOf(found.job) !== tenant.id) throw jobNotFound(jobId);
    return found;
  }

  /** @throws {ProblemError} VALIDATION_FAILED for a cursor that no page had */
  async list({ tenant }: Caller, query: JobQuery): Promise<JobList> {
    const { limit, status, user, label, batch, createdAfter, createdBefore, cursor } = query;
    const { jobs, nextCursor } = await this.backends.catalogue
      .list({
        tenantId: tenant.id,
        limit,
        ...(status === undefined ? {} : { status }),
        ...(user === undefined ? {} : { userId: user }),
        ...(label === undefined ? {} : { label }),
        ...(batch === undefined ? {} : { batchId: batch }),
        ...(createdAfter === undefined ? {} : { createdAfter }),
        ...(createdBefore === undefined ? {} : { createdBefore }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      .catch(refuseBadCursor);
    return {
      jobs: jobs.map((job) => ({ ...job, links: this.#links(job.id) })),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    };
  }

  #links(jobId: string): JobLinks {
    return jobLinks(jobId, this.config, this.playback.query(jobId));
  }

  #view({ jobId, job, live }: CatalogueJob): JobView {
    const made = this.#ended.get(job);
    if (made !== undefined) return made;
    const view = toView(jobId, job, live, this.now());
    if (hasEnded(job.state)) this.#ended.set(job, view);
    return view;
  }
}
