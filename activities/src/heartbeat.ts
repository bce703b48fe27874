import { Context } from '@temporalio/activity';

/** Well under the heartbeat time-out of 30 s, and often enough for a live view. */
const INTERVAL_MS = 1_000;

/**
 * Runs `work` while telling Temporal that the activity lives, so that a cancel arrives and a dead worker is noticed.
 *
 * @param report what to tell with each heartbeat: a function that gives the latest, or undefined
 */
export async function heartbeating<T>(
  report: (() => unknown) | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const beat = (): void => context.heartbeat(report?.());
  beat();
  const timer = setInterval(beat, INTERVAL_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
