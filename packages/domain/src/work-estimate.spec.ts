import { estimateWork, type PastWork, type PlannedWork } from './work-estimate.ts';
import { audioRendition, videoRendition } from './testing/builders.ts';

const plan = (seconds: number) => ({
  ...{ version: 3, frames: 25 * seconds, segments: 1, chunks: 1, durationSeconds: seconds },
});
const work = (seconds = 60, fields: Partial<PlannedWork> = {}): PlannedWork => ({
  plan: plan(seconds),
  profiles: [videoRendition({ width: 1280, height: 720 })],
  audioProfiles: [audioRendition()],
  ...fields,
});
const past = (of: PlannedWork, times: number, bytes = times): PastWork => {
  const guess = estimateWork(of, []);
  const sizeBytes = Math.round(guess.outputBytes * bytes);
  return {
    ...of,
    encodeSeconds: guess.encodeSeconds * times,
    output: { folderKey: 'k', master: 'm', files: 1, durationSeconds: 1, sizeBytes },
  };
};

describe('estimateWork', () => {
  it('grows with the length, and costs nothing where there is no plan', () => {
    const [short, long] = [estimateWork(work(60), []), estimateWork(work(600), [])];
    expect(long.encodeSeconds).toBeCloseTo(10 * short.encodeSeconds, 6);
    expect(long.outputBytes).toBeCloseTo(10 * short.outputBytes, -2);
    expect(short.basedOn).toBe(0);
    expect(estimateWork({ profiles: [], audioProfiles: [] }, [])).toMatchObject({ encodeSeconds: 0 });
  });

  it.each<[string, PlannedWork]>([
    ['more pixels', work(60, { profiles: [videoRendition({ width: 642 })] })],
    ['a slower speed', work(60, { profiles: [videoRendition({ preset: 'veryslow' })] })],
    ['a slower codec', work(60, { profiles: [videoRendition({ codec: 'hevc', encoder: 'libx265' })] })],
    ['two passes', work(60, { profiles: [videoRendition({ averageKbps: 1000, passes: 2 })] })],
    [
      'another track',
      work(60, { profiles: [videoRendition()], audioProfiles: [audioRendition(), audioRendition()] }),
    ],
  ])('takes longer for %s', (_, more) => {
    const less = work(60, { profiles: [videoRendition()] });
    expect(estimateWork(more, []).encodeSeconds).toBeGreaterThan(estimateWork(less, []).encodeSeconds);
  });

  it('has the bytes of an average rate, where one is asked for', () => {
    const averaged = work(80, {
      profiles: [videoRendition({ averageKbps: 900 })],
      audioProfiles: [audioRendition({ bitrateKbps: 100 })],
    });
    expect(estimateWork(averaged, []).outputBytes).toBe(10_000_000);
  });

  it('is corrected by the median of finished jobs, of each figure by itself', () => {
    const guess = estimateWork(work(), []);
    const known = [past(work(10), 2, 0.5), past(work(20), 4, 0.25), past(work(30), 90, 0.1)];
    const estimate = estimateWork(work(), known);
    expect(estimate.basedOn).toBe(3);
    expect(estimate.encodeSeconds / guess.encodeSeconds).toBeCloseTo(4, 6);
    expect(estimate.outputBytes / guess.outputBytes).toBeCloseTo(0.25, 3);
  });

  it('passes over jobs of other codecs, jobs without an end, and all but the newest 50', () => {
    const other = work(60, { profiles: [videoRendition({ codec: 'av1', encoder: 'libsvtav1' })] });
    const unended: PastWork = work(60);
    expect(estimateWork(work(), [past(other, 9), unended]).basedOn).toBe(0);
    const known = Array.from({ length: 60 }, (_, index) => past(work(), index < 50 ? 2 : 9));
    const estimate = estimateWork(work(), known);
    expect(estimate.basedOn).toBe(50);
    expect(estimate.encodeSeconds / estimateWork(work(), []).encodeSeconds).toBeCloseTo(2, 6);
  });
});
