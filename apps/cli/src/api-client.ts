import { JobState, JobSummary, JobView, WorkerPool, type TranscodeRequestBody } from '@framefold/domain';
import { z } from 'zod';
import { ApiError, errorOfAnswer, errorOfSilence, isTimeout } from './api-error.ts';

/** Where people look at a job; the API knows under which addresses. */
const Links = z.object({ play: z.string().optional(), temporal: z.string().optional() });

/** `GET /api/jobs/:id`. */
export const Job = JobView.extend({ links: Links.optional() });
export type Job = z.infer<typeof Job>;

const Submitted = z.object({ jobId: z.string(), status: JobState });
const Page = z.object({ jobs: z.array(JobSummary), nextCursor: z.string().optional() });

/** What `GET /api/jobs` filters by; absent means any. */
export interface ListFilter {
  readonly status?: string | undefined;
  readonly user?: string | undefined;
  readonly label?: string | undefined;
  readonly limit?: string | undefined;
}

const answerTimeoutMs = 15_000;
// The answer comes when the encoders are dead and the partial output is gone.
const cancelTimeoutMs = 60_000;

/** The HTTP API as the command uses it. Every method rejects with ApiError, or with the signal's reason. */
export class ApiClient {
  constructor(readonly origin: string) {}

  /** Whether an API is there and ready for jobs. */
  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.origin}/readyz`, { signal: AbortSignal.timeout(answerTimeoutMs) });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** Submits a job; the same key again gives the same job. */
  async submit(request: TranscodeRequestBody, idempotencyKey: string): Promise<string> {
    const { jobId } = await this.#json(Submitted, '/api/transcode', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(request),
    });
    return jobId;
  }

  job(id: string, signal?: AbortSignal): Promise<Job> {
    return this.#json(Job, `/api/jobs/${encodeURIComponent(id)}`, {}, answerTimeoutMs, signal);
  }

  /** Newest first. */
  async list({ status, user, label, limit }: ListFilter): Promise<JobSummary[]> {
    const given = Object.entries({ status, user, label, limit }).filter((entry) => entry[1] !== undefined);
    const query = new URLSearchParams(given as [string, string][]);
    return (await this.#json(Page, `/api/jobs?${query.toString()}`)).jobs;
  }

  /** The workers and the task queues. */
  workers(): Promise<WorkerPool> {
    return this.#json(WorkerPool, '/api/workers');
  }

  /** Returns when nothing of the job runs any more. */
  async cancel(id: string): Promise<void> {
    await this.#json(
      z.object({ status: JobState }),
      `/api/jobs/${encodeURIComponent(id)}`,
      { method: 'DELETE' },
      cancelTimeoutMs,
    );
  }

  /** A file of a finished job's tree. The answer's body may still break off. */
  media(id: string, path: string, signal: AbortSignal): Promise<Response> {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    return this.#answer(`/media/${encodeURIComponent(id)}/${encoded}`, { signal });
  }

  async #json<T>(
    schema: z.ZodType<T>,
    path: string,
    init: RequestInit = {},
    timeoutMs = answerTimeoutMs,
    signal?: AbortSignal,
  ): Promise<T> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const answer = await this.#answer(path, {
      ...init,
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    });
    const body: unknown = await answer.json().catch((error: unknown) => {
      signal?.throwIfAborted();
      throw errorOfSilence(error, this.origin);
    });
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new ApiError(
      {
        code: 'API_UNEXPECTED',
        message: `The API's answer to ${path} is not as expected (${where}).`,
        hint: 'Command and service may be of different versions: stop the stack with `npm run stop` and start it again.',
      },
      answer.status,
    );
  }

  async #answer(path: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`${this.origin}${path}`, init);
    } catch (error) {
      // An abort by the caller is no fault of the API; a deadline of ours is.
      if (init.signal?.aborted === true && !isTimeout(init.signal.reason)) throw init.signal.reason;
      throw errorOfSilence(error, this.origin);
    }
    if (!answer.ok) throw await errorOfAnswer(answer);
    return answer;
  }
}
