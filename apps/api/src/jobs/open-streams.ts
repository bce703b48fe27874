import { ProblemError } from '../problem/problem-error.ts';

/**
 * Streams that keys of a tenant may have open at once in this process. Each asks the catalogue every second: together
 * they ask as much as two keys may by the rate limit.
 */
export const MOST_STREAMS = 200;

/** Counts the streams that are open in this process. */
export class OpenStreams {
  readonly #open = new Set<{ readonly tenantId: string }>();

  /**
   * Takes a place for a stream, which is to be read at once. It is free again when the stream has ended or the client
   * has gone, whichever comes first: a stream may wait for ever for who takes its messages no more.
   *
   * @param tenantId whose key opens it
   * @throws {ProblemError} STREAMS_EXCEEDED
   */
  admit<T>(tenantId: string, messages: AsyncIterable<T>, gone: AbortSignal): AsyncGenerator<T> {
    const others = [...this.#open].filter((stream) => stream.tenantId === tenantId);
    if (others.length >= MOST_STREAMS)
      throw new ProblemError('STREAMS_EXCEEDED', `${others.length} streams of the tenant are open.`, {
        headers: { 'Retry-After': '1' },
      });
    const stream = { tenantId };
    this.#open.add(stream);
    const leave = (): void => void this.#open.delete(stream);
    gone.addEventListener('abort', leave, { once: true });
    return followedBy(messages, leave);
  }
}

async function* followedBy<T>(messages: AsyncIterable<T>, end: () => void): AsyncGenerator<T> {
  try {
    yield* messages;
  } finally {
    end();
  }
}
