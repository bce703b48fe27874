import { z } from 'zod';
import { JobFailure } from './failure.ts';
import type { JobState } from './job-state.ts';
import { hasEnded, JOB_STATES } from './job-state.ts';
import type { TranscodeRequest } from './request.ts';

/** A batch as it was accepted; lies in the store, so that no history carries its jobs. */
export interface BatchManifest {
  readonly batchId: string;
  /** Whose batch it is, and whose its jobs are. */
  readonly tenantId: string;
  /** ms since the epoch; also the time of its jobs' first events. */
  readonly submittedAt: number;
  readonly title?: string;
  readonly labels: readonly string[];
  readonly webhookUrl?: string;
  /** All defaults filled in. */
  readonly jobs: readonly TranscodeRequest[];
}

/** What the catalogue keeps of a batch; how far it is follows from its jobs. */
export interface Batch extends Omit<BatchManifest, 'jobs'> {
  /** How many jobs it has. */
  readonly jobs: number;
  /** When somebody asked for its end, ms since the epoch. */
  readonly cancelledAt?: number;
  /** When its last job had ended, ms since the epoch. */
  readonly endedAt?: number;
}

/** The part of a manifest that the catalogue keeps. */
export function batchOf({ jobs, ...batch }: BatchManifest): Batch {
  return { ...batch, jobs: jobs.length };
}

/** How many of a batch's known jobs are in each state; states that none is in are left out. */
export type BatchCounts = Readonly<Partial<Record<JobState, number>>>;

/** A batch's jobs as the catalogue sums them up. */
export interface BatchTally {
  readonly counts: BatchCounts;
  /** Percentages of the jobs that have not ended, added up. */
  readonly percentOfUnended: number;
}

/** A job of a batch that failed, and why. */
export const BatchFailure = z.object({ jobId: z.string(), title: z.string(), failure: JobFailure });
export type BatchFailure = z.infer<typeof BatchFailure>;

/** How a batch stands as a whole. `failed`: it has ended, and not all of its jobs are complete. */
export const BatchState = z.enum(['running', 'cancelling', 'completed', 'failed', 'cancelled']);
export type BatchState = z.infer<typeof BatchState>;

/** A batch as lists show it. Times in ms since the epoch. */
export const BatchSummary = z.object({
  id: z.string(),
  tenantId: z.string(),
  title: z.string().optional(),
  labels: z.array(z.string()),
  status: BatchState,
  /** How many of the jobs are in each state; the sum is `progress.total`. */
  counts: z.object(
    Object.fromEntries(JOB_STATES.map((state) => [state, z.number().int()])) as Record<JobState, z.ZodInt>,
  ),
  progress: z.object({
    total: z.number().int(),
    completed: z.number().int(),
    failed: z.number().int(),
    running: z.number().int(),
    percent: z.number(),
  }),
  createdAt: z.number().int(),
  cancelledAt: z.number().int().optional(),
  completedAt: z.number().int().optional(),
});
export type BatchSummary = z.infer<typeof BatchSummary>;

/** A batch as clients see it: the answer of `GET /api/batches/:id`. */
export const BatchView = BatchSummary.extend({
  failures: z.array(BatchFailure).describe('The newest; GET /api/jobs?batch=...&status=failed lists all'),
});
export type BatchView = z.infer<typeof BatchView>;

/** Whether nothing more happens to a batch by itself. */
export function hasBatchEnded(state: BatchState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}

/** Whether every job of a batch is known and has ended. */
export function allJobsEnded(jobs: number, counts: BatchCounts): boolean {
  return endedJobs(counts) === jobs;
}

function endedJobs(counts: BatchCounts): number {
  return JOB_STATES.filter(hasEnded).reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

/** A batch with what its jobs come to. Jobs that were never started wait, or, once it has ended, are cancelled. */
export function toBatchSummary(batch: Batch, { counts: known, percentOfUnended }: BatchTally): BatchSummary {
  const started = JOB_STATES.reduce((sum, state) => sum + (known[state] ?? 0), 0);
  const unstarted = Math.max(0, batch.jobs - started);
  const unstartedState = batch.endedAt === undefined ? 'pending' : 'cancelled';
  const counts = Object.fromEntries(
    JOB_STATES.map((state) => [state, (known[state] ?? 0) + (state === unstartedState ? unstarted : 0)]),
  ) as Record<JobState, number>;
  const percent = (100 * endedJobs(counts) + percentOfUnended) / batch.jobs;
  return {
    id: batch.batchId,
    tenantId: batch.tenantId,
    ...(batch.title === undefined ? {} : { title: batch.title }),
    labels: [...batch.labels],
    status: stateOf(batch, counts),
    counts,
    progress: {
      total: batch.jobs,
      completed: counts.completed,
      failed: counts.failed,
      running: counts.probing + counts.splitting + counts.transcoding + counts.merging,
      percent: Math.round(percent * 10) / 10,
    },
    createdAt: batch.submittedAt,
    ...(batch.cancelledAt === undefined ? {} : { cancelledAt: batch.cancelledAt }),
    ...(batch.endedAt === undefined ? {} : { completedAt: batch.endedAt }),
  };
}

function stateOf({ jobs, cancelledAt, endedAt }: Batch, counts: Record<JobState, number>): BatchState {
  if (endedAt === undefined) return cancelledAt === undefined ? 'running' : 'cancelling';
  if (counts.completed === jobs) return 'completed';
  return cancelledAt === undefined ? 'failed' : 'cancelled';
}
