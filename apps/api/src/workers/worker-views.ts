import { WORKER_SILENCE_LIMIT_MS, WorkerReport } from '@framefold/domain';
import { z } from 'zod';

/** Workers that have said nothing for this long are not listed any more, in ms. */
const FORGET_AFTER_MS = 10 * 60_000;

const STATUSES = ['idle', 'busy', 'draining', 'offline'] as const;

/** A worker process as clients see it. */
export const WorkerView = WorkerReport.extend({
  role: z.string().describe('Its roles, joined by +'),
  status: z.enum(STATUSES).describe('offline: it has said nothing for 30 s'),
  currentTask: z.string().optional().describe('The first of currentTasks'),
});
export type WorkerView = z.infer<typeof WorkerView>;

/** The answer of `GET /api/workers`. */
export const WorkerPool = z.object({
  pool: z.object({
    total: z.number().int(),
    idle: z.number().int(),
    busy: z.number().int(),
    draining: z.number().int(),
    offline: z.number().int(),
  }),
  workers: z.array(WorkerView),
});
export type WorkerPool = z.infer<typeof WorkerPool>;

/** The pool as its workers report it, in order of their ids. @param now ms since the epoch */
export function toWorkerPool(reports: readonly WorkerReport[], now: number): WorkerPool {
  const workers = reports
    .filter(({ lastHeartbeat }) => now - lastHeartbeat <= FORGET_AFTER_MS)
    .map((report) => toWorkerView(report, now));
  const count = (status: WorkerView['status']): number =>
    workers.filter((worker) => worker.status === status).length;
  const pool = {
    total: workers.length,
    idle: count('idle'),
    busy: count('busy'),
    draining: count('draining'),
    offline: count('offline'),
  };
  return { pool, workers };
}

function toWorkerView(report: WorkerReport, now: number): WorkerView {
  const offline = now - report.lastHeartbeat > WORKER_SILENCE_LIMIT_MS;
  const task = offline ? undefined : report.currentTasks[0];
  return {
    ...report,
    role: report.roles.join('+'),
    ...(offline ? { status: 'offline', currentTasks: [] } : {}),
    ...(task === undefined ? {} : { currentTask: `${task.activity} of ${task.workflowId}` }),
  };
}
