import { followJob, type FollowOptions, type JobMessage } from './follow-job.ts';
import type { Http } from './http.ts';
import { idempotencyHeader, type KeyOptions } from './idempotency-key.ts';
import type { CallOptions } from './operation.ts';
import type {
  Attempt,
  AttemptPage,
  DryRun,
  Job,
  JobFilter,
  JobPage,
  JobRequest,
  JobSummary,
  Priority,
  Steered,
  Submitted,
} from './shapes.ts';
import { untilAnswered } from './until-answered.ts';

/** The answer comes when the queues know. */
const STEER_TIMEOUT_MS = 40_000;

/** The calls about jobs. All reject with FramefoldError, or with the signal's reason. */
export class Jobs {
  constructor(private readonly http: Http) {}

  /** Submits a job, which is durable when this resolves; the same key and request again give the same job. */
  async submit(body: JobRequest, options: KeyOptions & CallOptions = {}): Promise<Submitted> {
    const { idempotencyKey, ...others } = options;
    const headers = idempotencyHeader({ idempotencyKey });
    return (await this.http.call('post', '/api/transcode', { ...others, body, headers })) as Submitted;
  }

  /** Tells what a job would be, and makes none: its plan and an estimate, or the failure that it would have. */
  async validate(body: JobRequest, options: CallOptions = {}): Promise<DryRun> {
    const query = { validateOnly: 'true' } as const;
    const request = { ...options, query, body, idempotent: true };
    return untilAnswered(async () => {
      const told = await this.http.call('post', '/api/transcode', request);
      return 'status' in told && told.status === 'planning' ? undefined : (told as DryRun);
    }, options.signal);
  }

  get(id: string, options: CallOptions = {}): Promise<Job> {
    return this.http.call('get', '/api/jobs/{id}', { ...options, path: { id } });
  }

  /** One page, newest first. */
  page(query: JobFilter = {}, options: CallOptions = {}): Promise<JobPage> {
    return this.http.call('get', '/api/jobs', { ...options, query });
  }

  /** All jobs that the filter lets through, newest first, read page by page of `limit`. */
  async *list(
    filter: JobFilter = {},
    options: CallOptions = {},
  ): AsyncGenerator<JobSummary, void, undefined> {
    for (let { cursor } = filter; ;) {
      const page = await this.page({ ...filter, cursor }, options);
      yield* page.jobs;
      cursor = page.nextCursor;
      if (cursor === undefined) return;
    }
  }

  /** Every attempt at the pieces of a job, or at one, in the order of their start, read page by page. */
  async *attempts(
    id: string,
    { unit }: { readonly unit?: string } = {},
    options: CallOptions = {},
  ): AsyncGenerator<Attempt, void, undefined> {
    for (let cursor: string | undefined; ;) {
      const query = { unit, cursor, limit: 1000 };
      const request = { ...options, path: { id }, query };
      const page: AttemptPage = await this.http.call('get', '/api/jobs/{id}/attempts', request);
      yield* page.attempts;
      cursor = page.nextCursor;
      if (cursor === undefined) return;
    }
  }

  /** A job's log, its progress as it changes, and its end; over broken connections, until it has ended. */
  follow(id: string, options: FollowOptions = {}): AsyncGenerator<JobMessage, void, undefined> {
    return followJob(this.http, id, async () => (await this.get(id, options)).status, options);
  }

  /** Resolves with the job when it has ended, well or not: `status` tells. */
  async waitFor(id: string, options: Pick<CallOptions, 'signal'> = {}): Promise<Job> {
    for await (const message of this.follow(id, options)) if (message.kind === 'end') break;
    return this.get(id, options);
  }

  /**
   * Resolves when nothing of the job runs any more, however long that takes; the signal ends the waiting alone. Rejects
   * with `JOB_ENDED` if it had ended otherwise.
   */
  async cancel(id: string, options: CallOptions = {}): Promise<void> {
    const request = { ...options, path: { id } };
    await untilAnswered(async () => {
      const { status } = await this.http.call('delete', '/api/jobs/{id}', request);
      return status === 'cancelling' ? undefined : status;
    }, options.signal);
  }

  /** Begins nothing more of the job; encoders that run finish their chunks. */
  pause(id: string, options: CallOptions = {}): Promise<Steered> {
    return this.http.call('post', '/api/jobs/{id}/pause', { ...repeatable(options), path: { id } });
  }

  /** Goes on with a paused job. */
  resume(id: string, options: CallOptions = {}): Promise<Steered> {
    return this.http.call('post', '/api/jobs/{id}/resume', { ...repeatable(options), path: { id } });
  }

  /** Gives what waits of the job, and what comes, another place in the queues. */
  setPriority(id: string, priority: Priority, options: CallOptions = {}): Promise<Steered> {
    return this.http.call('patch', '/api/jobs/{id}', {
      ...repeatable(options),
      path: { id },
      body: { priority },
    });
  }

  /** Runs a failed job again, from the point of its failure as far as its pieces are kept. */
  retry(id: string, options: CallOptions = {}): Promise<Submitted> {
    return this.http.call('post', '/api/jobs/{id}/retry', { ...slow(options), path: { id } });
  }

  /** Encodes a video rendition of a running job again. */
  redo(id: string, rendition: string, options: CallOptions = {}): Promise<Steered> {
    const path = { id, name: rendition };
    return this.http.call('post', '/api/jobs/{id}/renditions/{name}/redo', { ...slow(options), path });
  }
}

function slow(options: CallOptions): CallOptions {
  return { timeoutMs: STEER_TIMEOUT_MS, ...options };
}

/** What leaves a job as it is the second time. */
function repeatable(options: CallOptions): CallOptions & { readonly idempotent: true } {
  return { ...slow(options), idempotent: true };
}
