import { decodeTimes } from '@framefold/media';
import { presentationTimes } from '../segments/presentation-times.ts';
import { checkPresentation } from './check-presentation.ts';
import type { SegmentHead, TrackHeads } from './check-track.ts';

interface Frame {
  readonly decodeTicks: number;
  readonly durationTicks: number;
  readonly presentationTicks: number;
}

function headOf(frames: readonly Frame[], index: number): SegmentHead {
  const last = frames.at(-1);
  return {
    where: `segment ${index}`,
    sizeBytes: 1,
    samples: frames.length,
    decodeStart: frames[0]?.decodeTicks ?? 0,
    decodeEnd: (last?.decodeTicks ?? 0) + (last?.durationTicks ?? 0),
    presentationStart: Math.min(...frames.map(({ presentationTicks }) => presentationTicks)),
    beginsWithKeyframe: true,
    presentation: presentationTimes(frames),
  };
}

function found(segments: readonly SegmentHead[]): string[] {
  const track: TrackHeads = { name: 'v', kind: 'video', timescale: 1000, isIndependent: true, segments };
  return checkPresentation(track).map(({ severity, code, where }) => `${severity} ${code} ${where}`);
}

/** Times as they are shown, each P frame decoded before the B frame that is shown before it. */
function reordered(shown: readonly number[]): number[] {
  const order = [...shown];
  for (let index = 1; index + 1 < order.length; index += 2)
    [order[index], order[index + 1]] = [order[index + 1] ?? 0, order[index] ?? 0];
  return order;
}

/** An unsteady source: steps of 20 to 60 ms, a frame held for a second, a burst, and a second held at the border. */
const STEPS = [
  [40, 40, 20, 60, 40, 1000, 40, 40, 10, 10, 40, 40],
  [40, 33, 33, 34, 110, 5, 5, 40, 40, 40, 40, 1000],
  [40, 40, 40, 40, 120, 40, 40, 40, 40, 40, 40, 40],
];

describe('an unsteady source with frames out of order is not accused', () => {
  const segments: number[][] = [];
  let at = 0;
  for (const steps of STEPS) segments.push(steps.map((step) => (at += step) - step));

  it.each([0, 80, 120, 400])('with our own decode times, %i ms ahead', (leadTicks) => {
    const heads = segments.map((shown, index) => {
      const order = reordered(shown);
      const times = decodeTimes(order, leadTicks);
      const end = segments[index + 1]?.[0] ?? at;
      const frames = order.map((presentationTicks, position) => {
        const decodeTicks = times[position] ?? 0;
        return { presentationTicks, decodeTicks, durationTicks: (times[position + 1] ?? end) - decodeTicks };
      });
      return headOf(frames, index);
    });
    expect(found(heads)).toEqual([]);
  });

  it.each([1, 2, 4])("with decode times as ffmpeg's muxers have them, %i frames ahead", (ahead) => {
    const all = segments.flat();
    const decode = (position: number): number =>
      position < ahead ? (position - ahead) * 40 : (all[position - ahead] ?? 0);
    let position = 0;
    const heads = segments.map((shown, index) => {
      const frames = reordered(shown).map((presentationTicks) => {
        const decodeTicks = decode(position++);
        return { presentationTicks, decodeTicks, durationTicks: decode(position) - decodeTicks };
      });
      return headOf(frames, index);
    });
    expect(found(heads)).toEqual([]);
  });
});

describe('segments', () => {
  const even = (start: number, delays: readonly number[]): Frame[] =>
    delays.map((delay, index) => {
      const decodeTicks = start + index * 40;
      return { decodeTicks, durationTicks: 40, presentationTicks: decodeTicks + delay };
    });
  const late = headOf(even(0, [0, 40, 40, 40]), 0);
  const next = headOf(even(160, [0, 0, 0, 0]), 1);

  it.each<[string, readonly SegmentHead[], string[]]>([
    [
      'share no time',
      [late, next],
      ['warning PRESENTATION_GAP v, segment 0', 'error PRESENTATION_OVERLAP v, segment 1'],
    ],
    ['need not join over a discontinuity', [late, { ...next, isDiscontinuous: true }], []],
    [
      'may be shown mixed where the next begins without a keyframe',
      [late, { ...next, beginsWithKeyframe: false }],
      [],
    ],
    [
      'leave no hole between them',
      [headOf(even(0, [0, -10, -20, -30]), 0), next],
      ['warning PRESENTATION_GAP v, segment 1'],
    ],
    [
      'are judged to the last',
      [headOf(even(-160, [0, 0, 0, 0]), 0), late],
      ['warning PRESENTATION_GAP v, segment 0'],
    ],
  ])('%s', (_, segments, expected) => {
    expect(found(segments)).toEqual(expected);
  });
});
