import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface Patience {
  /** When to give up, in ms from now. */
  readonly forMs: number;
  /** Gives up at once. */
  readonly signal: AbortSignal;
  /** Told of each failure that is followed by another try. */
  readonly onRetry: (error: unknown) => void;
}

/**
 * Tries until it works: what it needs may still be starting up.
 *
 * @throws the last failure when time is up; the signal's reason when it is aborted
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  { forMs, signal, onRetry }: Patience,
): Promise<T> {
  const deadline = Date.now() + forMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() + pauseMs > deadline) throw error;
      onRetry(error);
      await delay(pauseMs, undefined, { signal });
    }
  }
}
