import fc from 'fast-check';
import { isFull, takeToken, type RateLimit, type TokenBucket } from './token-bucket.ts';

const LIMIT: RateLimit = { perSecond: 100, burst: 200 };

/** How many of `requests` at the given times (ms) get through. */
function allowed(times: readonly number[], limit = LIMIT): number {
  let bucket: TokenBucket | undefined;
  return times.filter((time) => {
    const taken = takeToken(bucket, limit, time);
    ({ bucket } = taken);
    return taken.allowed;
  }).length;
}

describe('takeToken', () => {
  it.each<[string, number[], number]>([
    ['a burst', Array.from({ length: 500 }, () => 0), 200],
    ['the steady rate, for good', Array.from({ length: 5000 }, (_, index) => index * 10), 5000],
    ['twice the rate for ten seconds', Array.from({ length: 2000 }, (_, index) => index * 5), 1199],
    [
      'bursts with a second between',
      [0, 1000].flatMap((time) => Array.from({ length: 300 }, () => time)),
      300,
    ],
    [
      'bursts with time to fill up',
      [0, 9000].flatMap((time) => Array.from({ length: 300 }, () => time)),
      400,
    ],
    ['a clock that goes back', [...Array.from({ length: 200 }, () => 5000), 0, 0], 200],
  ])('lets through of %s', (_, times, expected) => {
    expect(allowed(times)).toBe(expected);
  });

  it('never lets through more than the burst and what came in since', () => {
    const limits = fc.record({
      perSecond: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    const gaps = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 300 });
    fc.assert(
      fc.property(limits, gaps, (limit, pauses) => {
        let time = 0;
        const times = pauses.map((pause) => (time += pause));
        const most = limit.burst + ((time - (times[0] ?? 0)) / 1000) * limit.perSecond;
        expect(allowed(times, limit)).toBeLessThanOrEqual(most + 1e-6);
      }),
    );
  });

  it('says how long to wait, and keeps its word', () => {
    const limit = { perSecond: 2, burst: 1 };
    const first = takeToken(undefined, limit, 0);
    expect(first).toEqual({ bucket: { tokens: 0, at: 0 }, allowed: true, waitSeconds: 0.5 });
    const second = takeToken(first.bucket, limit, 100);
    expect(second).toMatchObject({ allowed: false, waitSeconds: 0.4 });
    expect(takeToken(second.bucket, limit, 499).allowed).toBe(false);
    expect(takeToken(second.bucket, limit, 500).allowed).toBe(true);
  });

  it('may forget a bucket when it is full again', () => {
    const { bucket } = takeToken(undefined, LIMIT, 0);
    expect(isFull(bucket, LIMIT, 9)).toBe(false);
    expect(isFull(bucket, LIMIT, 10)).toBe(true);
  });
});
