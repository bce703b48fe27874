import fc from 'fast-check';
import type { JobEvent } from './events.ts';
import { EMPTY_FOLD, fold, foldAll } from './fold.ts';
import type { Quotas } from './tenant.ts';
import { event, EXAMPLES, happyLog } from './testing/builders.ts';
import { dayOf, exceededQuota, type Standing, usageDelta } from './usage.ts';

const { output } = EXAMPLES.JobCompleted;
const NOON = Date.UTC(2026, 10, 30, 12);
const at = (time: number, log: readonly JobEvent[]): JobEvent[] => log.map((one) => ({ ...one, at: time }));

describe('dayOf', () => {
  it.each([
    [0, '1970-01-01'],
    [Date.UTC(2026, 10, 30, 23, 59, 59, 999), '2026-11-30'],
    [Date.UTC(2026, 11, 1), '2026-12-01'],
  ])('%d is in %s', (time, day) => {
    expect(dayOf(time)).toBe(day);
  });
});

describe('usageDelta', () => {
  const log = at(NOON, happyLog());

  it('counts a job when it is submitted, minutes and bytes when it completes, and nothing between', () => {
    const deltas = log.map((one, index) => {
      const before = foldAll(log.slice(0, index));
      return usageDelta(before, fold(before, one));
    });
    const [first, ...rest] = deltas;
    expect(first).toEqual({ day: '2026-11-30', jobs: 1, minutes: 0, bytes: 0 });
    expect(rest.pop()).toEqual({
      day: '2026-11-30',
      jobs: 0,
      minutes: output.durationSeconds / 60,
      bytes: output.sizeBytes,
    });
    expect(rest.every((delta) => delta === undefined)).toBe(true);
  });

  it('counts on the day of the change', () => {
    const before = foldAll(log.slice(0, -1));
    expect(usageDelta(before, fold(before, event('JobCompleted', NOON + 86_400_000, { output })))?.day).toBe(
      '2026-12-01',
    );
  });

  it('counts nothing of a job that is not submitted', () => {
    expect(usageDelta(EMPTY_FOLD, foldAll(log.slice(1)))).toBeUndefined();
  });

  it('counts what came before the submission with it', () => {
    const early = foldAll(log.slice(1));
    expect(usageDelta(early, foldAll(log))).toMatchObject({ jobs: 1, bytes: output.sizeBytes });
  });

  it('counts no job that fails or is cancelled but as submitted', () => {
    const running = foldAll(log.slice(0, 3));
    expect(usageDelta(running, fold(running, event('JobFailed', NOON, EXAMPLES.JobFailed)))).toBeUndefined();
  });

  it('adds up to the same however the log is cut', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: log.length - 1 }));
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [0, ...places.sort((a, b) => a - b), log.length];
        const sum = { jobs: 0, minutes: 0, bytes: 0 };
        ends.slice(1).forEach((end, index) => {
          const before = foldAll(log.slice(0, ends[index]));
          const delta = usageDelta(before, foldAll(log.slice(ends[index], end), before));
          sum.jobs += delta?.jobs ?? 0;
          sum.minutes += delta?.minutes ?? 0;
          sum.bytes += delta?.bytes ?? 0;
        });
        expect(sum).toEqual({ jobs: 1, minutes: output.durationSeconds / 60, bytes: output.sizeBytes });
      }),
    );
  });
});

describe('exceededQuota', () => {
  const standing: Standing = { runningJobs: 3, minutesToday: 10.5, storedBytes: 1000 };

  it.each<[Quotas, string | undefined]>([
    [{}, undefined],
    [{ concurrentJobs: 4, minutesPerDay: 10.6, storageBytes: 1001 }, undefined],
    [{ concurrentJobs: 3 }, 'concurrentJobs'],
    [{ concurrentJobs: 0 }, 'concurrentJobs'],
    [{ minutesPerDay: 10.5 }, 'minutesPerDay'],
    [{ storageBytes: 999 }, 'storageBytes'],
    [{ concurrentJobs: 9, storageBytes: 1000 }, 'storageBytes'],
  ])('of %j: %s', (quotas, quota) => {
    expect(exceededQuota(quotas, standing)?.quota).toBe(quota);
  });

  it('says limit and use', () => {
    expect(exceededQuota({ minutesPerDay: 8 }, standing)).toEqual({
      quota: 'minutesPerDay',
      limit: 8,
      used: 10.5,
    });
  });
});
