import fc from 'fast-check';
import { afterAttempt, errorOfAttempt, type AttemptMade, type DeliveryOutcome } from './webhook-delivery.ts';

const HOUR_MS = 3_600_000;
const answered = (status: number): DeliveryOutcome => ({ kind: 'answered', status });
const made = (fields: Partial<AttemptMade> = {}): AttemptMade => ({
  outcome: answered(500),
  attempt: 1,
  deadline: 24 * HOUR_MS,
  now: 0,
  random: 1,
  ...fields,
});

describe('afterAttempt', () => {
  it.each<[string, DeliveryOutcome, string]>([
    ['200', answered(200), 'delivered'],
    ['204', answered(204), 'delivered'],
    ['299', answered(299), 'delivered'],
    ['199', answered(199), 'pending'],
    ['300', answered(300), 'pending'],
    ['302', answered(302), 'pending'],
    ['400', answered(400), 'pending'],
    ['404', answered(404), 'pending'],
    ['410', answered(410), 'failed'],
    ['429', answered(429), 'pending'],
    ['500', answered(500), 'pending'],
    ['silence', { kind: 'unreachable', reason: 'ETIMEDOUT' }, 'pending'],
    ['a forbidden address', { kind: 'forbidden', reason: 'not public' }, 'failed'],
  ])('%s: %j leads to %s', (_, outcome, state) => {
    expect(afterAttempt(made({ outcome })).state).toBe(state);
    expect(errorOfAttempt(outcome) === undefined).toBe(state === 'delivered');
  });

  it.each([
    [1, 2_000],
    [2, 4_000],
    [5, 32_000],
    [11, 2_048_000],
    [12, HOUR_MS],
    [5_000, HOUR_MS],
  ])('pauses after attempt %d for at most %d ms, at least half of it', (attempt, longest) => {
    const next = (random: number) => afterAttempt(made({ attempt, random, now: 1_000 }));
    expect(next(1)).toEqual({ state: 'pending', nextAttemptAt: 1_000 + longest });
    expect(next(0)).toEqual({ state: 'pending', nextAttemptAt: 1_000 + longest / 2 });
  });

  it('begins no attempt after the deadline', () => {
    expect(afterAttempt(made({ deadline: 2_000 }))).toEqual({ state: 'pending', nextAttemptAt: 2_000 });
    expect(afterAttempt(made({ deadline: 1_999 }))).toEqual({ state: 'failed' });
  });

  it('tries for a day, some dozens of times', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 200 }), (chances) => {
        let now = 0;
        let attempts = 0;
        for (const random of chances) {
          attempts += 1;
          const next = afterAttempt(made({ attempt: attempts, now, random }));
          if (next.state !== 'pending') break;
          expect(next.nextAttemptAt).toBeGreaterThan(now);
          now = next.nextAttemptAt;
        }
        expect(now).toBeGreaterThan(22.9 * HOUR_MS);
        expect(now).toBeLessThanOrEqual(24 * HOUR_MS);
        expect(attempts).toBeGreaterThan(30);
        expect(attempts).toBeLessThan(70);
      }),
    );
  });
});

describe('errorOfAttempt', () => {
  it('says that redirects are not followed', () => {
    expect(errorOfAttempt(answered(307))).toBe('The receiver answered 307; redirects are not followed.');
  });
});
