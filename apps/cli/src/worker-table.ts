import type { WorkerPool, WorkerView } from '@framefold/domain';
import { columns, fit, formatSeconds } from './format.ts';

const longestReason = 60;

/**
 * Workers as a table, a line each under a heading, and the task queues beneath it.
 *
 * @param now ms since the epoch
 * @param verbose adds how each worker holds limits, its disk, and its latest failures
 */
export function workerTable(
  { workers, queues, temporalUnavailable }: WorkerPool,
  now: number,
  verbose: boolean,
): string[] {
  if (workers.length === 0) return ['No workers.'];
  const rows = workers.map((worker) => [
    worker.id,
    worker.role,
    statusOf(worker),
    slotsOf(worker),
    fit(worker.currentTask ?? '', longestReason),
    worker.encoders.join(' '),
    `${formatSeconds(Math.max(0, now - worker.lastHeartbeat) / 1000)} ago`,
  ]);
  const table = columns([['WORKER', 'ROLE', 'STATUS', 'TASKS', 'CURRENT', 'ENCODERS', 'HEARD'], ...rows]);
  const notes = workers.flatMap((worker) => [
    ...worker.statusReasons.map((reason) => `${worker.id}: ${reason}`),
    ...(verbose ? details(worker) : []),
  ]);
  const queueTable =
    queues.length === 0
      ? [`No task queues: ${temporalUnavailable ?? 'Temporal names none.'}`]
      : columns([
          ['TASK QUEUE', 'POLLERS', 'WAITING', 'LONGEST', 'ADDED/s', 'TAKEN/s'],
          ...queues.map((queue) => [
            queue.name,
            String(queue.pollers),
            String(queue.backlog),
            formatSeconds(queue.backlogAgeSeconds),
            queue.tasksAddedPerSecond.toFixed(1),
            queue.tasksDispatchedPerSecond.toFixed(1),
          ]),
        ]);
  return [...table, ...(notes.length === 0 ? [] : ['', ...notes]), '', ...queueTable];
}

function statusOf({ status, deployment }: WorkerView): string {
  return deployment === undefined ? status : `${status} (build ${deployment.buildId})`;
}

/** Tasks that run, of those that may. */
function slotsOf({ currentTasks, slots }: WorkerView): string {
  const all = Object.values(slots).reduce((sum, count) => sum + count, 0);
  return `${currentTasks.length}/${all}`;
}

function details(worker: WorkerView): string[] {
  const { id, host, pid, limits, isolation, disk, tasksCompleted, tasksFailed, recentFailures, proved } =
    worker;
  const facts = [
    `process ${pid} on ${host}`,
    `${tasksCompleted} tasks done, ${tasksFailed} failed`,
    ...(limits === undefined ? [] : [`limits by ${limits.control} (${limits.holds.join(', ')})`]),
    ...(isolation === undefined ? [] : [isolation === 'sandbox' ? 'sandboxed' : 'no sandbox']),
    ...(disk === undefined
      ? []
      : [`${Math.round((100 * disk.freeBytes) / disk.totalBytes)} % of the disk free`]),
  ];
  return [
    `${id}: ${facts.join('; ')}`,
    ...proved
      .filter(({ works }) => !works)
      .map(({ name, reason }) => `${id}: ${name}: ${reason ?? 'does not work'}`),
    ...recentFailures.map(
      ({ at, activity, unit, workflowId, code, message }) =>
        `${id}: ${new Date(at).toISOString().slice(11, 19)} ${[activity, unit].filter(Boolean).join(' ')} of ${workflowId}: ${code}: ${message}`,
    ),
  ];
}
