import { z } from 'zod';
import type { JobEvent } from './events.ts';
import { foldAll } from './fold.ts';
import { JobView, toView } from './job-view.ts';
import { estimateWork, WorkEstimate, type PastWork } from './work-estimate.ts';

/** What a request would come to: the answer of `POST /api/transcode?validateOnly=true`. */
export const DryRun = JobView.pick({
  title: true,
  request: true,
  sourceMeta: true,
  appendedSources: true,
  profiles: true,
  audioProfiles: true,
  plan: true,
  warnings: true,
  failure: true,
}).extend({
  valid: z.boolean().describe('Whether the job could be planned; if not, failure says why'),
  estimate: WorkEstimate.optional().describe('Where there is a plan'),
});
export type DryRun = z.infer<typeof DryRun>;

/**
 * What a request would come to, by the log that its job would begin with.
 *
 * @param past finished jobs like it, the newest first, for the estimate
 */
export function toDryRun(log: readonly JobEvent[], past: readonly PastWork[]): DryRun {
  const view = toView('', foldAll(log), [], 0);
  const valid = view.failure === undefined;
  return DryRun.parse({ ...view, valid, ...(valid ? { estimate: estimateWork(view, past) } : {}) });
}
