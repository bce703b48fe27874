import { JobState, JobSummary, JobView } from '@framefold/domain';
import { z } from 'zod';
import { JobLinks } from './job-links.ts';

/** The answer of `POST /api/transcode`. */
export const Submitted = z.object({ jobId: z.string(), status: JobState });
export type Submitted = z.infer<typeof Submitted>;

/** The answer of `GET /api/jobs/:id`. */
export const JobDocument = JobView.extend({ links: JobLinks });
export type JobDocument = z.infer<typeof JobDocument>;

/** The answer of `GET /api/jobs`, newest first. */
export const JobList = z.object({
  jobs: z.array(JobSummary.extend({ links: JobLinks })),
  nextCursor: z.string().optional().describe('For the next page; absent on the last'),
});
export type JobList = z.infer<typeof JobList>;

/** The answer of `DELETE /api/jobs/:id`. */
export const Cancelled = z.object({ status: z.literal('cancelled') });
export type Cancelled = z.infer<typeof Cancelled>;

const states = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(JobState).min(1));

/** What `GET /api/jobs` filters by. */
export const JobQuery = z.strictObject({
  status: states.optional().describe('One state, or several joined by commas'),
  user: z.string().min(1).max(64).optional(),
  label: z.string().min(1).max(64).optional(),
  cursor: z.string().min(1).max(512).optional().describe('nextCursor of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Jobs on a page'),
});
export type JobQuery = z.infer<typeof JobQuery>;
