import type { Config } from '@framefold/config';
import type { Tenant, TranscodeRequest } from '@framefold/domain';
import { jobStream, submission, type TranscodeJobInput } from '@framefold/workflows/contract';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';
import { claimUploads } from '../uploads/claim-uploads.ts';
import { Uploads } from '../uploads/uploads.ts';
import { assertWebhookUrl } from '../webhooks/assert-webhook-url.ts';
import { AdmitJob } from './admit-job.ts';
import { assertFiles } from './assert-files.ts';
import { assertPriority } from './assert-priority.ts';
import { bindKey, keyOfTenant, type Meaning } from './idempotency-key.ts';
import type { Submitted } from './job-schemas.ts';
import { requestWithoutDefaults } from './without-defaults.ts';

/** Takes a job in. From the moment its workflow is started the job is Temporal's and can't be lost. */
@Injectable()
export class SubmitJob {
  readonly #logger = new Logger('submit');
  /** Starts that go on, by job. */
  readonly #starting = new Map<string, Promise<void>>();

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(AdmitJob) private readonly admission: AdmitJob,
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Starts a job, or finds the one that the key was used for.
   *
   * @throws {ProblemError} VALIDATION_FAILED, UPLOAD_NOT_USABLE, PRIORITY_NOT_GRANTED, QUOTA_EXCEEDED,
   *   IDEMPOTENCY_KEY_REUSED, TEMPORAL_UNAVAILABLE, NOT_READY
   */
  async submit(caller: Caller, request: TranscodeRequest, key: string | undefined): Promise<Submitted> {
    assertWebhookUrl(request, this.config.privateNetworks);
    assertFiles(request, this.config);
    const { catalogue } = this.backends;
    const { tenant } = caller;
    assertPriority(caller, request.priority);
    const submittedAt = this.now();
    let jobId = uuidv7({ msecs: submittedAt });
    if (key !== undefined) {
      const bound = await bindKey(catalogue, keyOfTenant(tenant.id, key), jobId, meaningOf(request));
      if (bound !== jobId) {
        jobId = bound;
        // Temporal forgets ended workflows after their retention, the catalogue does not.
        const known = await catalogue.job(jobId);
        if (known !== undefined) return { jobId, status: known.job.state };
      }
    }
    const accepted = await claimUploads(this.uploads, { tenantId: tenant.id, by: jobId }, request);
    await this.#startOnce({ jobId, request: accepted, tenantId: tenant.id, submittedAt }, tenant);
    return { jobId, status: 'pending' };
  }

  /** Of many that come at once with one key, one asks Temporal and the others wait for it. */
  #startOnce(input: TranscodeJobInput, tenant: Tenant): Promise<void> {
    const { jobId } = input;
    const going = this.#starting.get(jobId);
    if (going !== undefined) return going;
    const start = this.start(input, tenant).finally(() => this.#starting.delete(jobId));
    this.#starting.set(jobId, start);
    return start;
  }

  /** Starts a run of a job of a tenant, and puts it into the catalogue. */
  async start(input: TranscodeJobInput, tenant: Tenant): Promise<void> {
    const { catalogue, temporal } = this.backends;
    const { jobId, run } = input;
    await this.admission.letIn(tenant, jobId, () =>
      run === undefined
        ? temporal.startJob(input, tenant.weight)
        : temporal.startAgain({ ...input, run }, tenant.weight),
    );
    try {
      await catalogue.append([{ jobId, stream: jobStream(run), sequence: 0, event: submission(input) }]);
    } catch (error) {
      // The job runs, and its workflow records the same event as soon as the catalogue is back: refusing it here
      // would only make the client submit it twice.
      this.#logger.warn(`Job ${jobId} is started but not in the catalogue yet: ${String(error)}`);
    }
  }
}

function meaningOf(request: TranscodeRequest): Meaning {
  return {
    text: JSON.stringify(requestWithoutDefaults(request)),
    former: () => JSON.stringify(request),
  };
}
