import { AttemptView } from '@framefold/domain';
import { CURSOR_FORM } from '@framefold/platform';
import { z } from 'zod';

/** The answer of `GET /api/jobs/:id/attempts`. */
export const AttemptList = z.object({
  attempts: z.array(AttemptView),
  nextCursor: z.string().optional().describe('For the next page; absent on the last'),
});
export type AttemptList = z.infer<typeof AttemptList>;

/** What it filters by. */
export const AttemptListQuery = z.strictObject({
  unit: z.string().min(1).max(200).optional().describe('Those at this unit alone'),
  cursor: z
    .string()
    .regex(CURSOR_FORM, 'must be the nextCursor of a page')
    .optional()
    .describe('nextCursor of the page before'),
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('Attempts on a page'),
  tenant: z.string().optional(),
});
export type AttemptListQuery = z.infer<typeof AttemptListQuery>;
