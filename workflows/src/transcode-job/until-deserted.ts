import { sleep } from '@temporalio/workflow';

/** While the queue is served, looks become rarer up to this many times the first pause: each costs history. */
const RAREST = 8;

/**
 * Resolves when nobody has served a queue and nothing has been finished for `patienceSeconds`: at two looks, half of
 * that time apart, so that a worker that is being restarted is not missed. Looks only while nothing is finished.
 *
 * @param finished how much is done so far
 */
export async function untilDeserted(
  isServed: () => Promise<boolean>,
  finished: () => number,
  patienceSeconds: number,
): Promise<void> {
  const shortestMs = Math.max(1, (patienceSeconds * 1000) / 2);
  let pauseMs = shortestMs;
  let wasServed = true;
  for (;;) {
    const before = finished();
    await sleep(pauseMs, { summary: 'until the next look at the GPU queue' });
    const goesOn = finished() !== before;
    const served = goesOn || (await isServed());
    if (!served && !wasServed) return;
    pauseMs = served && !goesOn ? Math.min(2 * pauseMs, RAREST * shortestMs) : shortestMs;
    wasServed = served;
  }
}
