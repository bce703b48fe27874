/**
 * Decode times for the samples of one segment that begins with a closed GOP: as even as the presentation times are,
 * `leadTicks` ahead of them, and held back only where a frame has to be decoded earlier still (a frame held for long).
 *
 * Segments whose times come from here join: the first decode time is always `segmentStart - leadTicks`, and the last
 * sample lasts until the next segment's first.
 *
 * @param presentationTicks presentation times in decode order; the first is the smallest
 * @returns decode times, strictly increasing, none after its presentation time
 */
export function decodeTimes(presentationTicks: readonly number[], leadTicks: number): number[] {
  const inOrder = [...presentationTicks].sort((a, b) => a - b);
  const times = inOrder.map((shown) => shown - leadTicks);
  let next = Infinity;
  for (let index = times.length - 1; index >= 0; index--) {
    next = Math.min(times[index] ?? 0, presentationTicks[index] ?? 0, next - 1);
    times[index] = next;
  }
  return times;
}
