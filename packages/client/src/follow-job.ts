import { errorOfSilence, FramefoldError } from './framefold-error.ts';
import type { Http } from './http.ts';
import { Patience } from './patience.ts';
import { type ServerSentEvent, ServerSentEventParser } from './server-sent-events.ts';
import type { Job, JobState } from './shapes.ts';

/** Something that happened to a job, from its log. */
export interface JobEvent {
  /** Its place in the log, from 0. */
  readonly position: number;
  /** e.g. `ChunkEncoded`; docs/events.md has all of them with their data. */
  readonly type: string;
  /** ms since the epoch */
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What changes of a job between two events. */
export type JobProgress = Pick<Job, 'status' | 'paused' | 'waitingFor' | 'progress'>;

/** One message about a job that is followed. The last one is `end`. */
export type JobMessage =
  | { readonly kind: 'event'; readonly event: JobEvent }
  | ({ readonly kind: 'progress' } & JobProgress)
  | { readonly kind: 'end'; readonly status: JobState };

/** From where on, and for how long, a job is followed. */
export interface FollowOptions {
  /** The position of the last event that is known already: by default none is. */
  readonly after?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The service shows every 15 s that it is there; a connection that is silent for longer is dead. */
const LONGEST_SILENCE_MS = 45_000;

/**
 * Follows a job by its server-sent events until it has ended. A connection that breaks is opened again behind the last
 * event that came, so that none is missed and none comes twice.
 *
 * @param stateOf how the job stands, for a stream that has nothing more to tell
 * @throws {FramefoldError} when the API stays away for longer than the client's patience; the signal's reason
 */
export async function* followJob(
  http: Http,
  id: string,
  stateOf: () => Promise<JobState>,
  { after, signal }: FollowOptions,
): AsyncGenerator<JobMessage, void, undefined> {
  const path = `/api/jobs/${encodeURIComponent(id)}/events`;
  const patience = new Patience(http.patienceMs, signal);
  let position = after;
  for (;;) {
    try {
      const connection = new AbortController();
      try {
        const answer = await http.request(path, {
          headers: {
            accept: 'text/event-stream',
            ...(position === undefined ? {} : { 'last-event-id': String(position) }),
          },
          signal: signal === undefined ? connection.signal : AbortSignal.any([signal, connection.signal]),
          // Here, too, patience is this function's.
          idempotent: false,
        });
        if (answer.status === 204) {
          const status = await stateOf();
          if (!hasEnded(status)) continue; // it was retried in this very moment
          yield { kind: 'end', status };
          return;
        }
        for await (const sent of messagesOf(answer, http.baseUrl, connection)) {
          patience.renew();
          const message = toMessage(sent);
          if (message?.kind === 'event') position = message.event.position;
          if (message !== undefined) yield message;
          if (message?.kind === 'end') return;
        }
        throw new FramefoldError('API_UNREACHABLE', `The stream of ${http.baseUrl} ended before the job.`);
      } finally {
        connection.abort();
      }
    } catch (error) {
      signal?.throwIfAborted();
      await patience.wait(error);
    }
  }
}

/** Whether nothing more happens to a job, unless it is retried. */
export function hasEnded(status: JobState): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** @throws {FramefoldError} API_UNREACHABLE, API_TIMEOUT when the connection breaks or falls silent */
async function* messagesOf(
  answer: Response,
  baseUrl: string,
  connection: AbortController,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  const parser = new ServerSentEventParser();
  for (;;) {
    const silence = setTimeout(() => {
      connection.abort(new DOMException('The stream fell silent.', 'TimeoutError'));
    }, LONGEST_SILENCE_MS);
    let read;
    try {
      read = await reader?.read();
    } catch (error) {
      throw errorOfSilence(connection.signal.aborted ? connection.signal.reason : error, baseUrl);
    } finally {
      clearTimeout(silence);
    }
    if (read?.value === undefined) return;
    yield* parser.push(decoder.decode(read.value, { stream: true }));
  }
}

function toMessage({ event, data }: ServerSentEvent): JobMessage | undefined {
  switch (event) {
    case 'message':
      return { kind: 'event', event: JSON.parse(data) as JobEvent };
    case 'progress':
      return { kind: 'progress', ...(JSON.parse(data) as JobProgress) };
    case 'end':
      return { kind: 'end', status: (JSON.parse(data) as { status: JobState }).status };
    default:
      // A newer service may tell of more.
      return undefined;
  }
}
