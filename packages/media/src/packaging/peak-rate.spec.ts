import { peakBitRate } from './peak-rate.ts';

const weighed = (...pairs: readonly (readonly [bytes: number, seconds: number])[]) =>
  pairs.map(([sizeBytes, seconds]) => ({ sizeBytes, seconds }));

describe('peakBitRate', () => {
  it.each([
    ['the heaviest segment', weighed([100, 6], [300, 6], [100, 6]), 6, 400],
    ['a last segment that is too short to count for itself', weighed([600, 6], [500, 1]), 6, 1258],
    ['short segments together', weighed([100, 2], [400, 2], [100, 2]), 6, 1000],
    ['a track that is shorter than a run', weighed([100, 1]), 6, 800],
    ['a segment longer than the target', weighed([900, 12]), 6, 600],
    ['nothing', [], 6, 0],
  ])('goes by %s', (_, segments, targetSeconds, expected) => {
    expect(peakBitRate(segments, targetSeconds)).toBe(expected);
  });
});
