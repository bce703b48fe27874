/** A CMAF segment in memory. Times are ticks of the track's timescale, without the presentation origin. */
export interface PackagedSegment {
  readonly index: number;
  readonly bytes: Buffer;
  readonly samples: number;
  readonly startTicks: number;
  readonly durationTicks: number;
}

/** What one encoder output gives for one rendition. */
export interface PackagedTrack {
  readonly timescale: number;
  readonly init: Buffer;
  readonly segments: readonly PackagedSegment[];
}
