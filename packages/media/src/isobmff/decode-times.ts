/** Samples over which the lead grows at a segment's start, and shrinks at its end. */
const RAMP_SAMPLES = 3;

/**
 * Decode times for the samples of one segment that begins with a closed GOP: as even as the presentation times are, and
 * `leadTicks` ahead of them, but without a lead at either end; held back only where a frame has to be decoded earlier
 * still (a frame held for long).
 *
 * hls.js takes the first decode time for the start of presentation: a lead there would be a hole before the picture.
 *
 * Segments whose times come from here join: the first decode time is always the segment's start, and the last sample
 * lasts until the next segment's first.
 *
 * @param presentationTicks presentation times in decode order; the first is the smallest
 * @returns decode times, strictly increasing (frames less than three ticks apart may share one), none after its
 * presentation time
 */
export function decodeTimes(presentationTicks: readonly number[], leadTicks: number): number[] {
  const inOrder = [...presentationTicks].sort((a, b) => a - b);
  const start = inOrder[0] ?? 0;
  const growth = leadTicks / RAMP_SAMPLES;
  let previous = start - 1;
  const times = inOrder.map((shown, index) => {
    const steps = Math.min(index, RAMP_SAMPLES, inOrder.length - 1 - index);
    previous = Math.max(shown - Math.round(growth * steps), previous + 1);
    return previous;
  });
  let next = Infinity;
  for (let index = times.length - 1; index >= 0; index--) {
    next = Math.max(start, Math.min(times[index] ?? 0, presentationTicks[index] ?? 0, next - 1));
    times[index] = next;
  }
  return times;
}
