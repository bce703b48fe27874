import type { Config } from '@framefold/config';
import type { Logger } from '@framefold/telemetry';
import type { ControlActivities, EncodeActivities, MediaActivities } from '@framefold/workflows/contract';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { installTemporalRuntime } from './install-temporal-runtime.ts';
import { patiently } from './patiently.ts';
import { queueOf, slotsOf, type ActivityRole, type Role } from './roles.ts';
import { TaskCounter } from './task-counter.ts';
import { workflowCode } from './workflow-code.ts';

/** How long a worker waits for a Temporal server that is not there yet, in ms. */
const TEMPORAL_PATIENCE_MS = 10 * 60_000;

/** Time after draining in which cancelled activities stop their encoders, in seconds. */
const CANCEL_SECONDS = 10;

/** The activities of each role that has any; those of the roles that are started must be given. */
export interface RoleActivities {
  readonly control?: ControlActivities;
  readonly media?: MediaActivities;
  readonly 'encode-cpu'?: EncodeActivities;
}

export interface WorkersOptions {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly activities: RoleActivities;
  /** Named in Temporal and in the records of attempts. */
  readonly workerId: string;
  /** Port on 127.0.0.1 of the Temporal SDK's metrics. */
  readonly metricsPort: number;
  readonly logger: Logger;
  /** Ends the wait for Temporal, as long as no worker runs. */
  readonly signal: AbortSignal;
}

export interface RunningWorkers {
  readonly tasks: TaskCounter;
  readonly draining: boolean;
  /** Takes no more tasks; running ones get the configured time to finish, then they are cancelled for others to do. */
  drain(): void;
  /** Resolves when all workers have drained; rejects when one broke. */
  readonly stopped: Promise<void>;
}

/**
 * Starts a Temporal worker for each role, in this process. Waits for a Temporal server that is still starting up. Call
 * it once in a process: the SDK's runtime is set up with it.
 *
 * @throws when Temporal does not answer for minutes, or the signal is aborted before it does
 */
export async function startWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  const { config, roles, logger, metricsPort, signal } = options;
  installTemporalRuntime({ logger, metricsPort });
  const tasks = new TaskCounter();
  const { address, namespace } = config.temporal;
  const connection = await patiently(() => NativeConnection.connect({ address }), {
    forMs: TEMPORAL_PATIENCE_MS,
    signal,
    onRetry: (error) => logger.info({ address, reason: String(error) }, 'waiting for Temporal'),
  });
  const create = async (role: Role): Promise<Worker> => {
    const specific =
      role === 'workflows' ? await workflowOptions(logger) : activityOptions(role, options, tasks);
    return await Worker.create({
      connection,
      namespace,
      taskQueue: queueOf(role),
      identity: options.workerId,
      shutdownGraceTime: `${config.drainSeconds} seconds`,
      shutdownForceTime: `${config.drainSeconds + CANCEL_SECONDS} seconds`,
      ...specific,
    });
  };
  // Creating a worker asks for the namespace, which a server that just began to answer may not know yet.
  const workers: Worker[] = [];
  for (const role of roles) {
    const worker = await patiently(() => create(role), {
      forMs: TEMPORAL_PATIENCE_MS,
      signal,
      onRetry: (error) => logger.info({ role, reason: String(error) }, 'waiting for Temporal'),
    });
    workers.push(worker);
  }
  logger.info({ roles, address, workerId: options.workerId }, 'workers started');
  return runAll(workers, connection, tasks);
}

async function workflowOptions(logger: Logger): Promise<Partial<WorkerOptions>> {
  return { workflowBundle: await workflowCode(logger) };
}

function activityOptions(
  role: ActivityRole,
  { config, activities }: WorkersOptions,
  tasks: TaskCounter,
): Partial<WorkerOptions> {
  const own = activities[role];
  if (own === undefined) throw new Error(`The role ${role} was given no activities.`);
  return {
    activities: own,
    maxConcurrentActivityTaskExecutions: slotsOf(role, config),
    // By default a heartbeat is passed on after 24 s of the 30 s time-out, and a cancel arrives with its answer.
    maxHeartbeatThrottleInterval: '2 seconds',
    interceptors: { activity: [tasks.interceptor] },
  };
}

function runAll(
  workers: readonly Worker[],
  connection: NativeConnection,
  tasks: TaskCounter,
): RunningWorkers {
  let draining = false;
  const drain = (): void => {
    draining = true;
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const run = async (worker: Worker): Promise<void> => {
    try {
      await worker.run();
    } finally {
      // A process of which a part is gone is no use: the others drain, and its supervisor starts it again.
      drain();
    }
  };
  const stopped = (async () => {
    const ends = await Promise.allSettled(workers.map(run));
    await connection.close();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  })();
  // Whoever waits for it hears of a failure; one that comes before must not end the process.
  stopped.catch(() => undefined);
  return {
    tasks,
    get draining() {
      return draining;
    },
    drain,
    stopped,
  };
}
