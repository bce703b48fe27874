import { cpus, hostname, totalmem } from 'node:os';
import type { Config } from '@framefold/config';
import { storeKeys, WorkerReport, WORKER_SILENCE_LIMIT_MS } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { Logger } from '@framefold/telemetry';
import { TASK_QUEUES } from '@framefold/workflows/contract';
import { queuesOf, type Role } from './roles.ts';
import type { WorkerState } from './worker-state.ts';

const INTERVAL_MS = 10_000;

export interface ReportingOptions {
  readonly config: Config;
  readonly store: ObjectStore;
  readonly workerId: string;
  readonly roles: readonly Role[];
  readonly state: WorkerState;
  /** What the worker has found out about its machine so far; asked for with each report. */
  readonly facts?: () => Promise<WorkerFacts>;
  /** Encodes that its GPUs take at once, as far as it has found out. */
  readonly gpuSlots?: () => number;
  readonly logger: Logger;
}

/** What a worker that runs media programs reports beside its tasks. */
export type WorkerFacts = Pick<
  WorkerReport,
  'encoders' | 'encoderBuild' | 'proved' | 'limits' | 'isolation' | 'disk' | 'gpus'
>;

/** A worker's reports about itself. */
export interface Reporting {
  /** Reports now, as well as every ten seconds. */
  report(): Promise<void>;
  /** Ends the reports and removes the last one. */
  stop(): Promise<void>;
}

/**
 * Lets a worker report about itself in the store, where the API finds it. Reports of workers that died are removed.
 * A store that is down costs a report and nothing else.
 */
export async function startReporting(options: ReportingOptions): Promise<Reporting> {
  const { store, workerId, logger } = options;
  const key = storeKeys.worker(workerId);
  const registeredAt = Date.now();
  const write = async (): Promise<void> => {
    try {
      await store.put(key, JSON.stringify(await describe(options, registeredAt)));
    } catch (error) {
      logger.warn({ err: error }, 'could not report about this worker');
    }
  };
  // One after the other, so that no report is written after the last.
  let last = sweep(options).then(write);
  const report = (): Promise<void> => (last = last.then(write));
  const timer = setInterval(() => void report(), INTERVAL_MS);
  timer.unref();
  await last;
  return {
    report,
    stop: async () => {
      clearInterval(timer);
      await last;
      await store
        .delete(key)
        .catch((error: unknown) => logger.warn({ err: error }, 'could not remove the last report'));
    },
  };
}

async function describe(
  { config, workerId, roles, state, facts, gpuSlots }: ReportingOptions,
  registeredAt: number,
): Promise<WorkerReport> {
  const { tasks, gate } = state;
  const processors = cpus();
  const found = (await facts?.()) ?? { encoders: [], proved: [], gpus: [] };
  const queues = roles.flatMap((role) => queuesOf(role, config, gpuSlots?.()));
  return {
    id: workerId,
    host: hostname(),
    pid: process.pid,
    roles: [...roles],
    queues: [
      ...(roles.includes('workflows') ? [TASK_QUEUES.workflows] : []),
      ...queues.map(({ taskQueue }) => taskQueue),
    ],
    slots: Object.fromEntries(queues.map(({ taskQueue, slots }) => [taskQueue, slots])),
    status: state.status,
    statusReasons: gate.reasons,
    currentTasks: tasks.current,
    tasksCompleted: tasks.completed,
    tasksFailed: tasks.failed,
    recentFailures: tasks.recentFailures,
    lastHeartbeat: Date.now(),
    registeredAt,
    cpuModel: processors[0]?.model ?? 'unknown',
    cpuThreads: Math.max(1, processors.length),
    ramTotalBytes: totalmem(),
    ...(config.deployment === undefined ? {} : { deployment: config.deployment }),
    ...found,
  };
}

/** Removes the reports of workers that have been silent for long: they were killed and could not do it. */
async function sweep({ store, logger }: ReportingOptions): Promise<void> {
  try {
    for await (const { key } of store.list(storeKeys.workers())) {
      const text = await store.get(key);
      const report =
        text === undefined ? undefined : WorkerReport.safeParse(JSON.parse(text.toString('utf8'))).data;
      if (report === undefined || Date.now() - report.lastHeartbeat > 10 * WORKER_SILENCE_LIMIT_MS)
        await store.delete(key);
    }
  } catch (error) {
    logger.warn({ err: error }, 'could not remove the reports of lost workers');
  }
}
