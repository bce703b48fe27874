import { FramefoldError } from './framefold-error.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;

/** Waits, for as long as the API may be away or overloaded at a stretch. */
export class Patience {
  #since: number | undefined;
  #tries = 0;

  /** @param patienceMs what all waits together may take until {@link renew} */
  constructor(
    private readonly patienceMs: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** The API is well again. */
  renew(): void {
    this.#since = undefined;
    this.#tries = 0;
  }

  /**
   * Waits before the next try, longer each time: half of it by chance, so that clients do not come all at once.
   *
   * @throws `error` itself, if it will not pass or the patience is over; the signal's reason
   */
  async wait(error: unknown): Promise<void> {
    if (!(error instanceof FramefoldError && error.isTransient)) throw error;
    this.#since ??= Date.now();
    const backoffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries) * (1 + Math.random()) * 0.5;
    const waitMs = Math.max(backoffMs, error.retryAfterMs ?? 0);
    if (Date.now() + waitMs - this.#since > this.patienceMs) throw error;
    this.#tries += 1;
    await pause(waitMs, this.signal);
  }
}

/** @throws the signal's reason */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
  });
}
