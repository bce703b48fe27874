import { z } from 'zod';

/** What a running encoder reports between two events. Lost on a restart, and never needed for correctness. */
export const LiveUnit = z.object({
  unit: z.string(),
  workerId: z.string(),
  temporalAttempt: z.number().int().positive(),
  framesDone: z.number().int().nonnegative(),
  /** Media seconds encoded per second. */
  speed: z.number().nonnegative(),
});
export type LiveUnit = z.infer<typeof LiveUnit>;
