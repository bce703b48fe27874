import { z } from 'zod';
import type { JobFold } from './fold.ts';
import type { Quotas } from './tenant.ts';

/** What a tenant used on one day. */
export const UsageDay = z.object({
  day: z.string().describe('In UTC, such as 2026-11-30'),
  jobs: z.number().int().describe('Jobs submitted'),
  minutes: z.number().describe('Minutes of output of the jobs that completed'),
  bytes: z.number().describe('Bytes of output that came, less those that went'),
});
export type UsageDay = z.infer<typeof UsageDay>;

/** The day of a time (ms since the epoch) in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

const SECONDS_PER_MINUTE = 60;

/**
 * What a job's further events add to its tenant's usage, on the day of its last change of state; undefined when that is
 * nothing. The sum over a log, however it is cut, is the same.
 *
 * @param before the job before these events
 * @param after the job after them
 */
export function usageDelta(before: JobFold, after: JobFold): UsageDay | undefined {
  const at = after.enteredAt[after.state];
  if (after.request === undefined || at === undefined) return undefined;
  // What came before JobSubmitted was in nobody's account.
  const counted = before.request === undefined ? undefined : before.output;
  const delta = {
    day: dayOf(at),
    jobs: before.request === undefined ? 1 : 0,
    minutes:
      after.output !== undefined && counted === undefined
        ? after.output.durationSeconds / SECONDS_PER_MINUTE
        : 0,
    bytes: (after.output?.sizeBytes ?? 0) - (counted?.sizeBytes ?? 0),
  };
  return delta.jobs === 0 && delta.minutes === 0 && delta.bytes === 0 ? undefined : delta;
}

/** What a tenant uses now. */
export interface Standing {
  /** Jobs that have not ended. */
  readonly runningJobs: number;
  /** Minutes of output that were finished today. */
  readonly minutesToday: number;
  readonly storedBytes: number;
}

/** A quota that leaves no room for a further job. */
export interface ExceededQuota {
  readonly quota: keyof Quotas;
  readonly limit: number;
  readonly used: number;
}

/** The first quota that a tenant has used up; undefined while there is room for one more job. */
export function exceededQuota(quotas: Quotas, standing: Standing): ExceededQuota | undefined {
  const used: Readonly<Record<keyof Quotas, number>> = {
    concurrentJobs: standing.runningJobs,
    minutesPerDay: standing.minutesToday,
    storageBytes: standing.storedBytes,
  };
  for (const quota of ['concurrentJobs', 'minutesPerDay', 'storageBytes'] as const) {
    const limit = quotas[quota];
    const taken = used[quota];
    if (limit !== undefined && taken >= limit) return { quota, limit, used: taken };
  }
  return undefined;
}
