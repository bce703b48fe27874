import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { assertJobId, jobNotFound } from './job-id.ts';

/** Jobs that are remembered; a job stays its tenant's for good. */
const MOST_REMEMBERED = 10_000;

/** Whose a job is, without a look into the catalogue for every segment that is played. */
@Injectable()
export class JobTenants {
  readonly #tenants = new Map<string, string>();

  constructor(@Inject(Backends) private readonly backends: Backends) {}

  /** @throws {ProblemError} JOB_NOT_FOUND for what is not a job of the caller's tenant */
  async assertOf({ tenant }: Caller, jobId: string): Promise<void> {
    assertJobId(jobId);
    if ((await this.#tenantOf(jobId)) !== tenant.id) throw jobNotFound(jobId);
  }

  async #tenantOf(jobId: string): Promise<string | undefined> {
    const known = this.#tenants.get(jobId);
    if (known !== undefined) return known;
    const found = await this.backends.catalogue.tenantOf(jobId);
    if (found === undefined) return undefined;
    const [oldest] = this.#tenants.keys();
    if (this.#tenants.size >= MOST_REMEMBERED && oldest !== undefined) this.#tenants.delete(oldest);
    this.#tenants.set(jobId, found);
    return found;
  }
}
