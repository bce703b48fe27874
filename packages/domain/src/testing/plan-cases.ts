import fc from 'fast-check';
import type { PlanRequest } from '../plan-inputs.ts';
import type { Plan, PlannedSegment } from '../plan.ts';
import type { FrameTable } from '../probe.ts';

/** What a plan is asked for by default. */
export const REQUEST: PlanRequest = {
  ladder: 'hls-default',
  audio: { codec: 'aac', bitrateKbps: 128, channels: 'stereo' },
  segmentSeconds: 6,
  append: [],
};

/** The segments of all chunks, in order. */
export const segmentsOf = (plan: Plan): PlannedSegment[] => plan.chunks.flatMap((chunk) => chunk.segments);

/** Any table of frames: even or not, with gaps, from any start, on any clock, with any keyframes, none included. */
export const anyFrames: fc.Arbitrary<FrameTable> = fc
  .record({
    den: fc.constantFrom(24, 30, 600, 1000, 12_288, 30_000, 90_000),
    num: fc.constantFrom(1, 1, 1, 1001),
    start: fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
    // Mostly small steps, now and then a frame that is held for long.
    steps: fc.array(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 4000 }) },
        fc.integer({ min: 1, max: 10 ** 7 }),
      ),
      {
        maxLength: 300,
      },
    ),
    keyframeSeed: fc.uniqueArray(fc.nat({ max: 300 }), { maxLength: 60 }),
    lastDurationPts: fc.integer({ min: 1, max: 5000 }),
  })
  .map(({ den, num, start, steps, keyframeSeed, lastDurationPts }) => {
    const pts = [start];
    for (const step of steps) pts.push((pts.at(-1) ?? start) + step);
    const keyframes = keyframeSeed.filter((index) => index < pts.length).sort((a, b) => a - b);
    return { timeBase: { num, den }, pts, keyframes, lastDurationPts };
  });
