/** When the frames of a segment are shown, in ticks, and how long they are said to last. */
export interface PresentationTimes {
  /** When the last one is shown. */
  readonly lastTicks: number;
  /** From one frame to the next in the order of presentation; absent where there is but one. */
  readonly shortestStepTicks?: number;
  readonly longestStepTicks?: number;
  /** Of what the samples are said to last, which is the distance of decode times. */
  readonly longestDurationTicks: number;
  /**
   * Whether the durations add up to as many usual ones: no frame is meant to be shown for long. Single durations say
   * less: many muxers (and ours) let decode times run ahead, so that they differ from the steps of presentation.
   */
  readonly isEven: boolean;
}

/** @param samples of a segment, at least one */
export function presentationTimes(
  samples: readonly { readonly presentationTicks: number; readonly durationTicks: number }[],
): PresentationTimes {
  const shown = samples.map(({ presentationTicks }) => presentationTicks).sort((a, b) => a - b);
  const durations = samples.map(({ durationTicks }) => durationTicks).sort((a, b) => a - b);
  const usual = durations[Math.floor(durations.length / 2)] ?? 0;
  const total = durations.reduce((sum, duration) => sum + duration, 0);
  let [shortest, longest] = [Infinity, 0];
  let before: number | undefined;
  for (const ticks of shown) {
    if (before !== undefined) {
      shortest = Math.min(shortest, ticks - before);
      longest = Math.max(longest, ticks - before);
    }
    before = ticks;
  }
  return {
    lastTicks: shown.at(-1) ?? 0,
    ...(shown.length < 2 ? {} : { shortestStepTicks: shortest, longestStepTicks: longest }),
    longestDurationTicks: durations.at(-1) ?? 0,
    isEven: Math.abs(total - durations.length * usual) <= usual / 2,
  };
}
