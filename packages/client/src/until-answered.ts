import { pause } from './patience.ts';

/** Between two calls that both wait for the same thing: the service holds each of them for as long as it may. */
const BETWEEN_MS = 1000;

/**
 * Makes a call until it gives something: the service answers 202 to what takes longer than a request may.
 *
 * @throws what the call throws; the signal's reason
 */
export async function untilAnswered<T>(
  ask: () => Promise<T | undefined>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(BETWEEN_MS, signal);
  }
}
