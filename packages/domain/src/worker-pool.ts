import { z } from 'zod';
import { WORKER_SILENCE_LIMIT_MS, WorkerReport, WorkerStatus } from './worker-report.ts';

/** Workers that have said nothing for this long are not listed any more, in ms. */
const FORGET_AFTER_MS = 10 * 60_000;

/** A clock that is further ahead than this is worth a word, in ms. */
const TOLERATED_SKEW_MS = 5_000;

const STATUSES = [...WorkerStatus.options, 'offline'] as const;

/** What Temporal's worker registry says, by heartbeats, of the part of a worker process that polls one task queue. */
const RegistryEntry = z.object({
  taskQueue: z.string(),
  status: z.string().describe('running, shutting-down, ...'),
  lastHeartbeat: z.number().int().describe('ms since the epoch'),
  slotsUsed: z.number().int(),
  slotsAvailable: z.number().int().optional().describe('Absent where their number has no fixed bound'),
  pollers: z.number().int(),
});

/** An entry of the registry, with the id that the worker gave to Temporal. */
export interface RegisteredWorker extends z.infer<typeof RegistryEntry> {
  readonly identity: string;
}

/** A worker process as clients see it. */
export const WorkerView = WorkerReport.extend({
  role: z.string().describe('Its roles, joined by +'),
  status: z.enum(STATUSES).describe('offline: neither it nor its Temporal client has said anything for 30 s'),
  currentTask: z.string().optional().describe('The first of currentTasks'),
  temporal: z.array(RegistryEntry).describe('Its entries in the worker registry of Temporal'),
});
export type WorkerView = z.infer<typeof WorkerView>;

/** A worker that Temporal hears but whose report is not in the store, or is one of another version. */
const UnreportedWorker = z.object({
  id: z.string().describe('The identity that it gave to Temporal'),
  lastHeartbeat: z.number().int().describe('ms since the epoch'),
  temporal: z.array(RegistryEntry),
});

/** A task queue and what waits in it, as Temporal sees it. */
export const QueueState = z.object({
  name: z.string(),
  pollers: z.number().int(),
  backlog: z.number().int().describe('Tasks that wait, approximately'),
  backlogAgeSeconds: z.number().describe('How long the oldest of them has waited'),
  tasksAddedPerSecond: z.number(),
  tasksDispatchedPerSecond: z.number(),
});
export type QueueState = z.infer<typeof QueueState>;

/** Temporal's view of the workers. */
export interface PoolState {
  readonly workers: readonly RegisteredWorker[];
  readonly queues: readonly QueueState[];
}

/** The answer of `GET /api/workers`. */
export const WorkerPool = z.object({
  pool: z.object({
    total: z.number().int(),
    starting: z.number().int(),
    idle: z.number().int(),
    busy: z.number().int(),
    quarantined: z.number().int(),
    draining: z.number().int(),
    offline: z.number().int(),
  }),
  workers: z.array(WorkerView),
  unreported: z
    .array(UnreportedWorker)
    .describe('Workers that Temporal hears but that have no readable report; not counted in pool'),
  queues: z.array(QueueState).describe('Empty while Temporal does not answer'),
  temporalUnavailable: z.string().optional().describe('Why there is nothing of Temporal in the answer'),
});
export type WorkerPool = z.infer<typeof WorkerPool>;

/**
 * The pool as its workers report it, in order of their ids, with what Temporal knows.
 *
 * @param state of Temporal, or why it is not known
 * @param now ms since the epoch
 */
export function toWorkerPool(
  reports: readonly WorkerReport[],
  state: PoolState | string,
  now: number,
): WorkerPool {
  const registered = typeof state === 'string' ? [] : state.workers;
  const workers = reports
    .map((report) =>
      toWorkerView(
        report,
        registered.filter(({ identity }) => identity === report.id),
        now,
      ),
    )
    .filter(({ lastHeartbeat }) => now - lastHeartbeat <= FORGET_AFTER_MS);
  const count = (status: WorkerView['status']): number =>
    workers.filter((worker) => worker.status === status).length;
  const pool = {
    total: workers.length,
    starting: count('starting'),
    idle: count('idle'),
    busy: count('busy'),
    quarantined: count('quarantined'),
    draining: count('draining'),
    offline: count('offline'),
  };
  const unreported = unreportedWorkers(reports, registered, now);
  return typeof state === 'string'
    ? { pool, workers, unreported, queues: [], temporalUnavailable: state }
    : { pool, workers, unreported, queues: [...state.queues] };
}

/** What the names of our task queues begin with. */
const OUR_QUEUES = 'framefold-';

/**
 * In order of their ids. Temporal keeps the entry of a worker that has ended for a while, as shutting-down: that one is
 * gone, not unreported.
 */
function unreportedWorkers(
  reports: readonly WorkerReport[],
  registered: readonly RegisteredWorker[],
  now: number,
): WorkerPool['unreported'] {
  const reported = new Set(reports.map(({ id }) => id));
  const heard = registered.filter(
    ({ identity, taskQueue, lastHeartbeat, status }) =>
      // Temporal has workers of its own in the registry.
      !reported.has(identity) &&
      taskQueue.startsWith(OUR_QUEUES) &&
      status === 'running' &&
      now - lastHeartbeat <= WORKER_SILENCE_LIMIT_MS,
  );
  return [...new Set(heard.map(({ identity }) => identity))].sort().map((id) => {
    const entries = heard.filter(({ identity }) => identity === id);
    return {
      id,
      lastHeartbeat: Math.max(...entries.map(({ lastHeartbeat }) => lastHeartbeat)),
      temporal: entries.map(({ identity: _, ...entry }) => entry),
    };
  });
}

function toWorkerView(
  report: WorkerReport,
  registered: readonly RegisteredWorker[],
  now: number,
): WorkerView {
  // A worker that cannot reach the store is still heard by Temporal, and takes tasks.
  const lastHeartbeat = Math.max(report.lastHeartbeat, ...registered.map((entry) => entry.lastHeartbeat));
  const offline = now - lastHeartbeat > WORKER_SILENCE_LIMIT_MS;
  const task = offline ? undefined : report.currentTasks[0];
  const aheadMs = report.lastHeartbeat - now;
  const skew =
    aheadMs > TOLERATED_SKEW_MS ? [`Its clock is ${Math.round(aheadMs / 1000)} s ahead of this one.`] : [];
  return {
    ...report,
    lastHeartbeat,
    role: report.roles.join('+'),
    ...(offline ? { status: 'offline', currentTasks: [] } : {}),
    statusReasons: [...report.statusReasons, ...skew],
    ...(task === undefined
      ? {}
      : { currentTask: `${[task.activity, task.unit].filter(Boolean).join(' ')} of ${task.workflowId}` }),
    temporal: registered.map(({ identity: _, ...entry }) => entry),
  };
}
