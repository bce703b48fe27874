import type { Config } from '@framefold/config';
import type { Logger } from '@framefold/telemetry';
import {
  TASK_QUEUES,
  type ControlActivities,
  type EncodeActivities,
  type MediaActivities,
} from '@framefold/workflows/contract';
import {
  NativeConnection,
  ResourceBasedController,
  Worker,
  type WorkerOptions,
  type WorkerTuner,
} from '@temporalio/worker';
import { installTemporalRuntime } from './install-temporal-runtime.ts';
import { patiently } from './patiently.ts';
import { queuesOf, type ActivityRole, type QueueSlots, type Role } from './roles.ts';
import { gatedSlots } from './gated-slots.ts';
import type { WorkerState } from './worker-state.ts';
import { workflowCode } from './workflow-code.ts';

/** How long a worker waits for a Temporal server that is not there yet, in ms. */
const TEMPORAL_PATIENCE_MS = 10 * 60_000;

/** Time after draining in which cancelled activities stop their encoders, in seconds. */
const CANCEL_SECONDS = 10;

/** Slots for kinds of work that activity workers do not have. */
const NO_SLOTS = 1;

/** Workflow tasks and local work at once: the SDK's default. */
const WORKFLOW_SLOTS = 40;

/** Polls follow the backlog; the least that keeps an idle worker listening. */
const POLLERS = { type: 'autoscaling', minimum: 1, initial: 2 } as const;

/** The activities of each role that has any; those of the roles that are started must be given. */
export interface RoleActivities {
  readonly control?: ControlActivities;
  readonly media?: MediaActivities;
  readonly 'encode-cpu'?: EncodeActivities;
  readonly 'encode-gpu'?: EncodeActivities;
}

export interface WorkersOptions {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly activities: RoleActivities;
  /** Encodes that the GPUs of this worker take at once, those that work. */
  readonly gpuSlots?: number;
  /** Named in Temporal and in the records of attempts. */
  readonly workerId: string;
  /** Kept up to date while the workers run. */
  readonly state: WorkerState;
  /** Port on 127.0.0.1 of the Temporal SDK's metrics. */
  readonly metricsPort: number;
  readonly logger: Logger;
  /** Ends the wait for Temporal, as long as no worker runs. */
  readonly signal: AbortSignal;
}

export interface RunningWorkers {
  /** Takes no more tasks; running ones get the configured time to finish, then they are cancelled for others to do. */
  drain(): void;
  /** Resolves when all workers have drained; rejects when one broke. */
  readonly stopped: Promise<void>;
}

/**
 * Starts Temporal workers for each role, in this process: one for each task queue. Waits for a Temporal server that is
 * still starting up. The first call in a process sets up the SDK's runtime.
 *
 * @throws when Temporal does not answer for minutes, or the signal is aborted before it does
 */
export async function startWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  const { config, roles, logger, metricsPort, signal, workerId } = options;
  installTemporalRuntime({ logger, metricsPort });
  const { address, namespace } = config.temporal;
  const connection = await patiently(() => NativeConnection.connect({ address }), {
    forMs: TEMPORAL_PATIENCE_MS,
    signal,
    onRetry: (error) => logger.info({ address, reason: String(error) }, 'waiting for Temporal'),
  });
  const create = (specific: Specific): Promise<Worker> =>
    Worker.create({
      connection,
      namespace,
      identity: workerId,
      shutdownGraceTime: `${config.drainSeconds} seconds`,
      shutdownForceTime: `${config.drainSeconds + CANCEL_SECONDS} seconds`,
      ...versionOf(config),
      ...specific,
    });
  // Creating a worker asks for the namespace, which a server that just began to answer may not know yet.
  const workers: Worker[] = [];
  for (const specific of await specificOptions(options)) {
    const worker = await patiently(() => create(specific), {
      forMs: TEMPORAL_PATIENCE_MS,
      signal,
      onRetry: (error) => logger.info({ reason: String(error) }, 'waiting for Temporal'),
    });
    workers.push(worker);
  }
  logger.info({ roles, address, workerId }, 'workers started');
  return runAll(workers, connection, options.state);
}

type Specific = Partial<WorkerOptions> & Pick<WorkerOptions, 'taskQueue'>;

/** What is special to the worker of each task queue. */
async function specificOptions({
  config,
  roles,
  activities,
  gpuSlots,
  state,
  logger,
}: WorkersOptions): Promise<Specific[]> {
  const load = ResourceBasedController.create({
    targetCpuUsage: config.mediaLoad,
    targetMemoryUsage: config.mediaLoad,
  });
  const specifics: Specific[] = [];
  for (const role of roles) {
    if (role === 'workflows') {
      specifics.push({
        taskQueue: TASK_QUEUES.workflows,
        workflowBundle: await workflowCode(logger),
        workflowTaskPollerBehavior: POLLERS,
      });
      continue;
    }
    for (const queue of queuesOf(role, config, gpuSlots)) {
      specifics.push({
        taskQueue: queue.taskQueue,
        activities: activitiesOf(role, activities),
        tuner: tunerFor(queue, load, state),
        activityTaskPollerBehavior: {
          ...POLLERS,
          maximum: queue.slots,
          initial: Math.min(POLLERS.initial, queue.slots),
        },
        // By default a heartbeat is passed on after 24 s of the 30 s time-out, and a cancel arrives with its answer.
        maxHeartbeatThrottleInterval: '2 seconds',
        interceptors: { activity: [state.tasks.interceptor] },
      });
    }
  }
  return specifics;
}

function activitiesOf(role: ActivityRole, activities: RoleActivities): object {
  const own = activities[role];
  if (own === undefined) throw new Error(`The role ${role} was given no activities.`);
  return own;
}

/** Encoders and control calls have a fixed number of slots; media work has as many as the machine bears, half of them in any case. */
function tunerFor(queue: QueueSlots, load: ResourceBasedController, state: WorkerState): WorkerTuner {
  const none = { type: 'fixed-size', numSlots: NO_SLOTS } as const;
  return {
    activityTaskSlotSupplier:
      queue.sharing === 'fixed'
        ? gatedSlots(queue.slots, state.gate)
        : {
            type: 'resource-based',
            controller: load,
            minimumSlots: Math.ceil(queue.slots / 2),
            maximumSlots: queue.slots,
          },
    workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: WORKFLOW_SLOTS },
    localActivityTaskSlotSupplier: none,
    nexusTaskSlotSupplier: none,
  };
}

/** With a deployment, a workflow stays on the version of the workers that it began on until it ends. */
function versionOf({ deployment }: Config): Partial<WorkerOptions> {
  if (deployment === undefined) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: deployment.name, buildId: deployment.buildId },
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

function runAll(
  workers: readonly Worker[],
  connection: NativeConnection,
  state: WorkerState,
): RunningWorkers {
  const drain = (): void => {
    state.draining = true;
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
  return { drain, stopped };
}
