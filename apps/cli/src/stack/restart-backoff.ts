const firstMs = 500;
const longestMs = 10_000;
const stableAfterMs = 30_000;

/**
 * How long to wait before a restart: half a second, doubled each time up to ten seconds, and from the start again
 * after a run of thirty seconds.
 *
 * @param previousMs the wait before the run that has just ended; undefined at the first end
 */
export function nextBackoffMs(previousMs: number | undefined, uptimeMs: number): number {
  if (previousMs === undefined || uptimeMs >= stableAfterMs) return firstMs;
  return Math.min(previousMs * 2, longestMs);
}
