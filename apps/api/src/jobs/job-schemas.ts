import { JobState, JobSummary, JobView, Priority } from '@framefold/domain';
import { CURSOR_FORM } from '@framefold/platform';
import { z } from 'zod';
import { JobLinks } from './job-links.ts';

/** The answer of `POST /api/transcode`. */
export const Submitted = z.object({ jobId: z.string(), status: JobState });
export type Submitted = z.infer<typeof Submitted>;

/** Each event of `GET /api/jobs/:id/events`, as a client gets to see it. */
export const SentEvent = z.object({
  id: z.string().optional().describe('The position in the log; events of other types have none'),
  event: z.enum(['message', 'progress', 'end']).optional().describe('message where it is left out'),
  data: z.string().describe('JSON, in one line'),
});

/** How `POST /api/transcode` is to be taken. */
export const SubmitQuery = z.strictObject({
  validateOnly: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: a dry run, which answers what the job would be and starts none'),
  tenant: z.string().optional(),
});
export type SubmitQuery = z.infer<typeof SubmitQuery>;

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

/** The same where something still runs: with status 202. */
export const Cancelling = z.object({ status: z.literal('cancelling') });

/** How far a cancel is. */
export type Cancellation = z.infer<typeof Cancelled> | z.infer<typeof Cancelling>;

/** The answer of a dry run that goes on: with status 202. */
export const Planning = z.object({ status: z.literal('planning') });
export type Planning = z.infer<typeof Planning>;

/** The answer of the calls that steer a running job. */
export const Steered = z.object({ status: JobState, paused: z.boolean() });
export type Steered = z.infer<typeof Steered>;

/** What `PATCH /api/jobs/:id` changes. */
export const JobChanges = z.strictObject({
  priority: Priority.describe('1 (most urgent) to 9, or live, high, medium, low, batch'),
});
export type JobChanges = z.infer<typeof JobChanges>;

const aState = `(?:${JobState.options.join('|')})`;
const states = z
  .string()
  .regex(
    new RegExp(`^${aState}(?:,${aState})*$`),
    `must be of ${JobState.options.join(', ')}, joined by commas`,
  )
  .transform((text) => text.split(','))
  .pipe(z.array(JobState).min(1));

const time = z.coerce.number().int().min(0);

/** What `GET /api/jobs` filters by. */
export const JobQuery = z.strictObject({
  status: states.optional().describe('One state, or several joined by commas'),
  user: z.string().min(1).max(64).optional(),
  label: z.string().min(1).max(64).optional(),
  batch: z.uuidv7().optional().describe('Jobs of this batch'),
  createdAfter: time.optional().describe('Submitted at this time or later, ms since the epoch'),
  createdBefore: time.optional().describe('Submitted before this time, ms since the epoch'),
  cursor: z
    .string()
    .regex(CURSOR_FORM, 'must be the nextCursor of a page')
    .optional()
    .describe('nextCursor of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Jobs on a page'),
  tenant: z.string().optional(),
});
export type JobQuery = z.infer<typeof JobQuery>;
