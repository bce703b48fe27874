import type { ProvedEncoder, WorkerPool, WorkerView } from '@framefold/domain';
import { columns, fit, formatSeconds } from './format.ts';

const longestTask = 60;

/** How the tables are drawn. */
export interface TableCanvas {
  /** ms since the epoch */
  readonly now: number;
  /** Characters in a line of a table; notes under it may be longer. */
  readonly width: number;
  /** Adds how each worker holds limits, its encoders' speeds, its disk, and its latest failures. */
  readonly verbose: boolean;
}

/** Workers as a table, a line each under a heading, and the task queues beneath it. */
export function workerTable(
  { workers, unreported, queues, temporalUnavailable }: WorkerPool,
  { now, width, verbose }: TableCanvas,
): string[] {
  const rows = workers.map((worker) => [
    worker.id,
    worker.role,
    statusOf(worker),
    slotsOf(worker),
    agoOf(worker, now),
    fit(worker.currentTask ?? '', longestTask),
    worker.encoders.join(' '),
  ]);
  const table =
    rows.length === 0
      ? ['No workers.']
      : // What may be cut on a narrow terminal stands last.
        columns([['WORKER', 'ROLE', 'STATUS', 'TASKS', 'HEARD', 'CURRENT', 'ENCODERS'], ...rows]);
  const notes = [
    ...workers.flatMap((worker) => [
      ...worker.statusReasons.map((reason) => `${worker.id}: ${reason}`),
      ...(verbose ? details(worker) : []),
    ]),
    ...unreported.map(
      (worker) =>
        `${worker.id}: heard by Temporal ${agoOf(worker, now)} on ${worker.temporal.map(({ taskQueue }) => taskQueue).join(', ')}; it has no readable report in the store.`,
    ),
  ];
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
  const cut = (lines: readonly string[]): string[] => lines.map((line) => fit(line, width));
  return [...cut(table), ...(notes.length === 0 ? [] : ['', ...notes]), '', ...cut(queueTable)];
}

function agoOf({ lastHeartbeat }: { readonly lastHeartbeat: number }, now: number): string {
  return `${formatSeconds(Math.max(0, now - lastHeartbeat) / 1000)} ago`;
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
    ...proved.map((encoder) => `${id}: ${trialOf(encoder)}`),
    ...recentFailures.map(
      ({ at, activity, unit, workflowId, code, message }) =>
        `${id}: ${new Date(at).toISOString().slice(11, 19)} ${[activity, unit].filter(Boolean).join(' ')} of ${workflowId}: ${code}: ${message}`,
    ),
  ];
}

/** What its trial encode showed of an encoder. */
function trialOf({ name, device, works, reason, speed }: ProvedEncoder): string {
  if (!works) return `${name} on ${device}: ${reason ?? 'does not work'}`;
  return `${name} on ${device}: ${speed === undefined ? 'works' : `${Math.round(speed)} frames/s in its trial`}`;
}
