import { z } from 'zod';

/** How a rebuild of the catalogue stands. Times in ms since the epoch. */
export const RebuildState = z.object({
  status: z.enum(['none', 'running', 'completed', 'failed']).describe('none: not since the service started'),
  fromStore: z.number().int().describe('Jobs restored from their logs in the store'),
  fromTemporal: z.number().int().describe('Jobs restored from their histories in Temporal'),
  batches: z.number().int(),
  tenants: z
    .number()
    .int()
    .describe('Tenants restored from their backup in the store, beside those that were there'),
  keys: z.number().int().describe('API keys restored from their backup, beside those that were there'),
  accessBackup: z
    .enum(['unread', 'absent', 'restored', 'damaged'])
    .describe('What became of the backup of tenants and keys'),
  startedAt: z.number().int().optional(),
  completedAt: z.number().int().optional(),
  error: z.string().optional(),
  code: z.string().optional().describe('Of the error, where it has one'),
  hint: z.string().optional().describe('What to do about the error'),
});
export type RebuildState = z.infer<typeof RebuildState>;
