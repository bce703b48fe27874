import { setTimeout as sleep } from 'node:timers/promises';
import { FramefoldError } from '@framefold/client';

/** How often and how long to ask. */
export interface Pace {
  /** Between two looks at a running job. */
  readonly pollMs: number;
  /** Between two tries while the API is away. */
  readonly retryMs: number;
  /** How long the API may be away. */
  readonly patienceMs: number;
}

/**
 * Repeats an idempotent call while the API is away: a restart must not end the command.
 *
 * @param notice takes one line when waiting begins and one when the API is back
 * @throws the call's error when it is no outage, or the outage outlasts the patience; the signal's reason
 */
export async function patiently<T>(
  call: () => Promise<T>,
  pace: Pace,
  notice: (line: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  let waitingSince: number | undefined;
  for (;;) {
    try {
      const result = await call();
      if (waitingSince !== undefined) notice('The API is back.');
      return result;
    } catch (error) {
      if (!(error instanceof FramefoldError && error.isTransient)) throw error;
      if (waitingSince === undefined) {
        waitingSince = Date.now();
        notice(`${error.message} Trying again for ${Math.round(pace.patienceMs / 1000)} s.`);
      }
      if (Date.now() - waitingSince >= pace.patienceMs) throw error;
    }
    await sleep(pace.retryMs, undefined, signal === undefined ? {} : { signal });
  }
}
