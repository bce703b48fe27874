import type { BatchedJobs } from '@framefold/activities';
import { CodedError, hasEnded } from '@framefold/domain';
import type { TranscodeJobInput } from '@framefold/workflows/contract';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { AdmitJob } from '../jobs/admit-job.ts';
import { EndOrphanedJob } from '../jobs/end-orphaned-job.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { keepUploads } from '../uploads/claim-uploads.ts';
import { Uploads } from '../uploads/uploads.ts';

/** Starts and ends the jobs of batches for the activities that look after them: with the weight and the quotas of their tenants. */
@Injectable()
export class StartBatchedJobs implements BatchedJobs {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(AdmitJob) private readonly admission: AdmitJob,
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(EndOrphanedJob) private readonly orphans: EndOrphanedJob,
  ) {}

  async startJob(input: TranscodeJobInput & { readonly tenantId: string }): Promise<void> {
    const { access, catalogue, temporal } = this.backends;
    const { jobId, tenantId } = input;
    const tenant = await access.tenant(tenantId);
    if (tenant === undefined)
      throw new CodedError('BATCH_RUNNING', `Jobs of the batch wait: there is no tenant ${tenantId}.`);
    // One that was let in before takes no second place, and needs none.
    if ((await catalogue.tenantOf(jobId)) !== undefined) return;
    const start = async (): Promise<void> => {
      await keepUploads(this.uploads, jobId, input.request);
      await temporal.startJob(input, tenant.weight);
    };
    await asCoded(this.admission.letIn(tenant, jobId, start));
  }

  async requestCancel(jobId: string): Promise<boolean> {
    if (await asCoded(this.backends.temporal.requestCancel(jobId))) return true;
    const state = await asCoded(this.orphans.end(jobId));
    return state !== undefined && !hasEnded(state);
  }
}

/**
 * The problems that the API would tell a client as faults that activities are tried again for.
 *
 * @throws {CodedError} BATCH_RUNNING, TEMPORAL_UNAVAILABLE; INTERNAL for what trying again cannot help
 */
async function asCoded<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    if (cause.code === 'QUOTA_EXCEEDED')
      throw new CodedError(
        'BATCH_RUNNING',
        `Jobs of the batch wait for room. ${cause.message}`,
        {},
        { cause },
      );
    if (cause.code === 'INTERNAL') throw new CodedError('INTERNAL', cause.message, {}, { cause });
    throw new CodedError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.', {}, { cause });
  }
}
