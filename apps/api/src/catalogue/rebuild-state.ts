import { z } from 'zod';

/** How a rebuild of the catalogue stands. Times in ms since the epoch. */
export const RebuildState = z.object({
  status: z.enum(['none', 'running', 'completed', 'failed']).describe('none: not since the service started'),
  fromStore: z.number().int().describe('Jobs restored from their logs in the store'),
  fromTemporal: z.number().int().describe('Jobs restored from their histories in Temporal'),
  batches: z.number().int(),
  startedAt: z.number().int().optional(),
  completedAt: z.number().int().optional(),
  error: z.string().optional(),
});
export type RebuildState = z.infer<typeof RebuildState>;
