import { dayOf, type ExceededQuota, type Tenant } from '@framefold/domain';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock } from '../tokens.ts';

const DAY_MS = 86_400_000;

/** Holds tenants to their quotas. */
@Injectable()
export class AdmitJob {
  readonly #logger = new Logger('quotas');

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Starts a job if its tenant's quotas have room for it.
   *
   * @throws {ProblemError} QUOTA_EXCEEDED; whatever `start` throws, and then the job takes no room
   */
  async letIn(tenant: Tenant, jobId: string, start: () => Promise<void>): Promise<void> {
    // Who has no quota is not counted, and can submit while the catalogue is away.
    if (Object.keys(tenant.quotas).length === 0) return await start();
    const { access } = this.backends;
    const now = this.now();
    const exceeded = await access.admit({ tenant, jobId, now });
    if (exceeded !== undefined) throw quotaExceeded(tenant.id, exceeded, now);
    try {
      await start();
    } catch (error) {
      await access
        .release(jobId)
        .catch((cause: unknown) =>
          this.#logger.warn(`Job ${jobId} takes room for a minute: ${String(cause)}`),
        );
      throw error;
    }
  }
}

const WORDS: Readonly<Record<ExceededQuota['quota'], string>> = {
  concurrentJobs: 'jobs at a time',
  minutesPerDay: 'minutes of output a day',
  storageBytes: 'bytes of output in store',
};

function quotaExceeded(tenantId: string, { quota, limit, used }: ExceededQuota, now: number): ProblemError {
  const sentence = `The tenant ${tenantId} may have ${limit} ${WORDS[quota]}, and has ${Math.round(used * 100) / 100}.`;
  const midnight = Date.parse(dayOf(now + DAY_MS));
  // When a job ends or output goes nobody knows; the day ends at midnight.
  const headers =
    quota === 'minutesPerDay' ? { 'Retry-After': String(Math.ceil((midnight - now) / 1000)) } : {};
  return new ProblemError('QUOTA_EXCEEDED', sentence, { members: { quota, limit, used }, headers });
}
