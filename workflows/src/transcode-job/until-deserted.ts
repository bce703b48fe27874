/** While the queue is served, looks become rarer up to this many times the first pause: each costs history. */
const RAREST = 8;

/** What the watch sees, and how it waits. */
export interface Watched {
  readonly isServed: () => Promise<boolean>;
  /** How much is done so far. */
  readonly finished: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Resolves when nobody has served a queue and nothing has been finished for `patienceSeconds`: at two looks, half of
 * that time apart, so that a worker that is being restarted is not missed. Looks only while nothing is finished.
 */
export async function untilDeserted(
  { isServed, finished, pause }: Watched,
  patienceSeconds: number,
): Promise<void> {
  const shortestMs = Math.max(1, (patienceSeconds * 1000) / 2);
  let pauseMs = shortestMs;
  let wasServed = true;
  for (;;) {
    const before = finished();
    await pause(pauseMs);
    const goesOn = finished() !== before;
    const served = goesOn || (await isServed());
    if (!served && !wasServed) return;
    pauseMs = served && !goesOn ? Math.min(2 * pauseMs, RAREST * shortestMs) : shortestMs;
    wasServed = served;
  }
}
