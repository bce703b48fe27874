import { foldAll, type JobFold } from './fold.ts';
import { estimate, framesByRendition, framesEncoded } from './progress.ts';
import { event, example, frozenPlan, unitResult } from './testing/builders.ts';

const STARTED = 100_000;

/** A job of five chunks that encodes since {@link STARTED}, with `done` chunks finished. */
const transcoding = (done: number): JobFold =>
  foldAll([
    example('JobSubmitted', 0),
    example('ProbingStarted', 1),
    example('SplittingStarted', 2),
    event('PlanFrozen', 3, frozenPlan()),
    example('TranscodingStarted', STARTED),
    ...Array.from({ length: done }, (_, chunkIndex) =>
      event('ChunkEncoded', STARTED + 1, { chunkIndex, result: unitResult(`chunk-0000${chunkIndex}`) }),
    ),
  ]);

const live = (unit: string, framesDone: number) => ({
  unit,
  framesDone,
  workerId: 'w',
  temporalAttempt: 1,
  speed: 1,
});

describe('framesEncoded', () => {
  it('adds what runs to what is done, and nothing twice', () => {
    const reports = [live('chunk-00000', 100), live('chunk-00001', 44), live('audio-eng', 999)];
    expect(framesEncoded(transcoding(1), reports)).toBe(144 + 44);
  });

  it('believes no encoder that claims more frames than its chunk has', () => {
    expect(framesEncoded(transcoding(0), [live('chunk-00003', 10_000)])).toBe(144);
  });
});

describe('a job whose renditions are encoded by themselves', () => {
  const encoded = (rendition: string, chunkIndex: number) =>
    event('ChunkEncoded', STARTED + 1, { rendition, chunkIndex, result: unitResult('') });
  const job = foldAll([encoded('720p', 0), encoded('720p', 1), encoded('480p', 0)], transcoding(0));
  const reports = [live('chunk-00000@720p', 1), live('chunk-00002@480p', 44)];

  it('counts each rendition by itself', () => {
    expect([...framesByRendition(job, reports)]).toEqual([
      ['720p', 288],
      ['480p', 144 + 44],
    ]);
  });

  it('counts frames by the pixels of the renditions that have them', () => {
    const [large, small] = [1280 * 720, 854 * 480];
    expect(framesEncoded(job, reports)).toBe((288 * large + 188 * small) / (large + small));
  });

  it('goes back when a rendition begins again', () => {
    const before = estimate(job, [], STARTED + 10_000);
    const after = estimate(foldAll([example('RenditionRestarted')], job), [], STARTED + 10_000);
    expect(after.percent).toBeLessThan(before.percent);
    expect(after.percent).toBeGreaterThan(1);
  });
});

describe('estimate', () => {
  it('goes by what encoders took, over as many as run now, however long the job waited', () => {
    // Two of five chunks took 4 s: the others should take 6.
    const two = [live('chunk-00002', 0), live('chunk-00003', 0)];
    for (const waited of [10_000, 36_000_000]) {
      const now = STARTED + waited;
      expect(estimate(transcoding(2), two, now)).toMatchObject({ percent: 39.8, eta: now + 3_000 });
      expect(estimate(transcoding(2), two.slice(1), now)).toMatchObject({ eta: now + 6_000 });
    }
    expect(estimate(transcoding(2), two, STARTED + 10_000)).toMatchObject({ speed: 1.2 });
  });

  it('goes by the speeds that encoders report until the first has finished', () => {
    const now = STARTED + 10_000;
    const two = [live('chunk-00000', 36), live('chunk-00001', 36), live('audio-eng', 5)];
    // 27 of 30 s are left, at twice the speed of the media.
    expect(estimate(transcoding(0), two, now)).toMatchObject({ eta: now + 13_500 });
    // At one rendition alone, which has 69 % of the pixels.
    const pixels = (1280 * 720) / (1280 * 720 + 854 * 480);
    const left = 30 - (6 * pixels * 36) / 144;
    expect(estimate(transcoding(0), [live('chunk-00000@720p', 36)], now)).toMatchObject({
      eta: Math.round(now + (left / pixels) * 1000),
    });
    const silent = [{ ...live('chunk-00000', 36), speed: 0 }];
    expect(estimate(transcoding(0), silent, now)).not.toHaveProperty('eta');
  });

  it('promises nothing while nothing is encoded, or will be', () => {
    const now = STARTED + 10_000;
    expect(estimate(transcoding(2), [], now)).toEqual({ percent: 39.8, speed: 1.2 });
    const paused = foldAll([example('JobPaused', now)], transcoding(2));
    expect(estimate(paused, [live('chunk-00002', 3)], now)).not.toHaveProperty('eta');
  });

  it.each([
    ['nothing is encoded yet', transcoding(0), 60_000],
    ['encoding has hardly begun', transcoding(2), 500],
    ['the clock went back', transcoding(2), -60_000],
  ])('is silent while %s', (_, job, elapsed) => {
    expect(Object.keys(estimate(job, [], STARTED + elapsed))).toEqual(['percent']);
  });

  it('never promises the past', () => {
    const merging = foldAll([example('MergingStarted', STARTED + 10_000)], transcoding(5));
    expect(estimate(merging, [], STARTED + 30_000)).toEqual({ percent: 98, speed: 3, eta: STARTED + 30_000 });
  });

  it.each([
    ['pending', [example('JobSubmitted', 0)], 0],
    ['probing', [example('JobSubmitted', 0), example('ProbingStarted', 1)], 1],
    ['failed', [example('JobSubmitted', 0), example('JobFailed', 1)], 0],
  ])('%s', (_, events, percent) => {
    expect(estimate(foldAll(events), [], 10)).toEqual({ percent });
  });
});
