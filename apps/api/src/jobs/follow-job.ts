import { setTimeout as pause } from 'node:timers/promises';
import { hasEnded, type JobView, type RecordedEvent } from '@framefold/domain';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Authenticator } from '../access/authenticator.ts';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { OpenStreams } from './open-streams.ts';
import { ReadJobs } from './read-jobs.ts';

/** Time between two looks at the catalogue, in ms: live progress comes about as often. */
const LOOK_MS = 1000;

/** Events that are read at once: a client that takes them slowly holds no more of a long log in memory. */
const PAGE = 200;

/** One message of a job's stream; see docs/api.md. */
export type JobMessage =
  | { readonly kind: 'event'; readonly recorded: RecordedEvent }
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'end'; readonly status: JobView['status'] };

/** What changes between two events. */
export type JobProgress = Pick<JobView, 'status' | 'paused' | 'waitingFor' | 'progress'>;

/** Follows jobs through the catalogue, so that any API process can show any job. */
@Injectable()
export class FollowJob implements OnModuleDestroy {
  readonly #closing = new AbortController();
  readonly #streams = new OpenStreams();

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  /** Ends all streams, so that the service can stop; clients come again with the last id that they had. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  /**
   * Whether there is anything to tell of a job after a position of its log.
   *
   * @throws {ProblemError} JOB_NOT_FOUND
   */
  async hasMore(caller: Caller, jobId: string, afterPosition: number): Promise<boolean> {
    const { job } = await this.jobs.catalogueJob(caller, jobId);
    if (!hasEnded(job.state)) return true;
    return (await this.backends.catalogue.events(jobId, afterPosition, 1)).length > 0;
  }

  /**
   * A job's log from a position on, progress whenever it has changed, and the end when nothing more can come. To be read
   * at once: it takes a place among the open streams.
   *
   * @param gone ends the stream when the client has left
   * @throws {ProblemError} STREAMS_EXCEEDED at once; while it is read JOB_NOT_FOUND, and KEY_INVALID as soon as the
   *   caller's key has ended
   */
  messages(
    caller: Caller,
    jobId: string,
    afterPosition: number,
    gone: AbortSignal,
  ): AsyncGenerator<JobMessage> {
    return this.#streams.admit(caller.tenantId, this.#messages(caller, jobId, afterPosition, gone), gone);
  }

  async *#messages(
    caller: Caller,
    jobId: string,
    afterPosition: number,
    gone: AbortSignal,
  ): AsyncGenerator<JobMessage> {
    const signal = AbortSignal.any([gone, this.#closing.signal]);
    let position = afterPosition;
    let shown = '';
    while (!signal.aborted) {
      await this.authenticator.confirm(caller);
      // The job before its log: when the one has ended, the other is whole.
      const { status, paused, waitingFor, progress } = await this.jobs.job(caller, jobId);
      let page: readonly RecordedEvent[];
      do {
        page = await this.backends.catalogue.events(jobId, position, PAGE);
        for (const recorded of page) {
          position = recorded.position;
          yield { kind: 'event', recorded };
        }
      } while (page.length === PAGE);
      if (hasEnded(status)) {
        yield { kind: 'end', status };
        return;
      }
      const now = { status, paused, progress, ...(waitingFor === undefined ? {} : { waitingFor }) };
      if (JSON.stringify(now) !== shown) yield { kind: 'progress', progress: now };
      shown = JSON.stringify(now);
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
