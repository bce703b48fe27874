import { createHash } from 'node:crypto';
import type { TranscodeRequest } from '@framefold/domain';
import { JOB_STREAM } from '@framefold/workflows/contract';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Backends } from '../backends.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import type { Submitted } from './job-schemas.ts';

/** Takes a job in. From the moment its workflow is started the job is Temporal's and can't be lost. */
@Injectable()
export class SubmitJob {
  readonly #logger = new Logger('submit');

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Starts a job, or finds the one that the key was used for.
   *
   * @throws {ProblemError} IDEMPOTENCY_KEY_REUSED, TEMPORAL_UNAVAILABLE, NOT_READY
   */
  async submit(request: TranscodeRequest, key: string | undefined): Promise<Submitted> {
    const { catalogue, temporal } = this.backends;
    const submittedAt = this.now();
    let jobId = uuidv7({ msecs: submittedAt });
    if (key !== undefined) {
      // The key is bound before anything starts: who comes again after a crash starts the same job, not a second one.
      const claim = await catalogue.claimKey(key, jobId, hashOf(request));
      if (claim.requestHash !== hashOf(request)) {
        throw new ProblemError(
          'IDEMPOTENCY_KEY_REUSED',
          'This Idempotency-Key was used with another request.',
        );
      }
      if (claim.jobId !== jobId) {
        jobId = claim.jobId;
        // Temporal forgets ended workflows after their retention, the catalogue does not.
        const known = await catalogue.job(jobId);
        if (known !== undefined) return { jobId, status: known.job.state };
      }
    }
    await temporal.startJob({ jobId, request, submittedAt });
    const event = { type: 'JobSubmitted', at: submittedAt, data: { request } } as const;
    try {
      await catalogue.append([{ jobId, stream: JOB_STREAM, sequence: 0, event }]);
    } catch (error) {
      // The job runs, and its workflow records the same event as soon as the catalogue is back: refusing it here
      // would only make the client submit it twice.
      this.#logger.warn(`Job ${jobId} is started but not in the catalogue yet: ${String(error)}`);
    }
    return { jobId, status: 'pending' };
  }
}

/** Requests with the same meaning have the same hash: parsing has put the fields in one order and the defaults in. */
function hashOf(request: TranscodeRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}
