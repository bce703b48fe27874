import { z } from 'zod';
import type { AttemptRecord } from './encode-record.ts';
import { AttemptOutcome } from './encode-record.ts';

/** An attempt at a unit of work as clients see it. What is the workers' own, such as their hosts and paths, is left out. */
export const AttemptView = z.object({
  id: z.string(),
  unit: z.string().describe('What was encoded, such as a chunk of the picture or a track of sound'),
  generation: z.number().int().describe('How often the unit was to be encoded again by then'),
  attempt: z.number().int().describe("Temporal's count, from 1"),
  workerId: z.string(),
  encoderBuild: z.string(),
  startedAt: z.number().int().describe('ms since the epoch'),
  outcome: AttemptOutcome.omit({ evidence: true, message: true })
    .optional()
    .describe('How it ended; absent while it runs, and for ever where its worker was lost'),
});
export type AttemptView = z.infer<typeof AttemptView>;

/** What clients see of an attempt. */
export function toAttemptView({ attemptId, temporalAttempt, ...record }: AttemptRecord): AttemptView {
  return AttemptView.parse({ ...record, id: attemptId, attempt: temporalAttempt });
}
