/** A segment by what it weighs and how long it plays. */
export interface WeighedSegment {
  readonly sizeBytes: number;
  readonly seconds: number;
}

/**
 * The peak bit rate of a track (RFC 8216, 4.1): the most that any run of segments needs that lasts between half and one
 * and a half target durations. Of a track that is shorter than such a run, the rate of the whole.
 *
 * @returns bit/s, rounded up
 */
export function peakBitRate(segments: readonly WeighedSegment[], targetSeconds: number): number {
  const all = segments.reduce((sum, { seconds }) => sum + seconds, 0);
  const least = Math.min(0.5 * targetSeconds, all);
  let peak = 0;
  for (const first of segments.keys()) {
    let sizeBytes = 0;
    let total = 0;
    for (let index = first; index < segments.length; index++) {
      sizeBytes += segments[index]?.sizeBytes ?? 0;
      total += segments[index]?.seconds ?? 0;
      if (total > 1.5 * targetSeconds && index > first) break;
      if (total >= least) peak = Math.max(peak, (sizeBytes * 8) / total);
    }
  }
  // Not a bit more for the rounding of a division.
  return Math.max(0, Math.ceil(peak - 1e-6));
}
