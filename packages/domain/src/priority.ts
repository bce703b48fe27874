import { z } from 'zod';

/** Words that stand for priorities; lower is more urgent. */
export const PRIORITY_WORDS = { live: 1, high: 3, medium: 5, low: 7, batch: 9 } as const;

const number = z.number().int().min(1).max(9);

/** A job's priority, 1 (most urgent) to 9; the words of {@link PRIORITY_WORDS} are accepted and stored as numbers. */
export const Priority = z.union([
  number,
  z
    .enum(['live', 'high', 'medium', 'low', 'batch'])
    .transform((word): number => PRIORITY_WORDS[word])
    .pipe(number),
]);

/**
 * The Temporal priority key (1-5, lower first) of a job priority (1-9).
 * https://docs.temporal.io/develop/task-queue-priority-fairness
 */
export function toPriorityKey(priority: number): 1 | 2 | 3 | 4 | 5 {
  if (priority <= 1) return 1;
  if (priority <= 3) return 2;
  if (priority <= 6) return 3;
  if (priority <= 8) return 4;
  return 5;
}
