import { setTimeout as delay } from 'node:timers/promises';
import {
  DEFAULT_TENANT,
  LiveUnit,
  titleOf,
  toPriorityKey,
  type PoolState,
  type QueueState,
  type RegisteredWorker,
  type TranscodeRequest,
} from '@framefold/domain';
import type { DueRun } from '@framefold/platform';
import {
  CONTROL_REFUSALS,
  CONTROL_UPDATES,
  type ControlAnswer,
  deliveryWorkflowId,
  DRY_RUN_LIMIT_MS,
  type DryRunInput,
  type DryRunResult,
  dryRunWorkflowId,
  jobWorkflowId,
  SEARCH_ATTRIBUTES,
  TASK_QUEUES,
  transcodeBatchWorkflowId,
  type TranscodeBatchInput,
  type TranscodeJobInput,
  type WebhookDelivery,
  WORKFLOW_TYPES,
} from '@framefold/workflows/contract';
import {
  type Client,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter, TypedSearchAttributes } from '@temporalio/common';
import proto from '@temporalio/proto';
import { ProblemError } from '../problem/problem-error.ts';
import { jobsOfTemporal } from './jobs-of-temporal.ts';
import type { CancelOutcome, ControlOutcome, JobControl, TemporalGateway } from './temporal-gateway.ts';

const { PENDING_ACTIVITY_STATE_PAUSED, PENDING_ACTIVITY_STATE_SCHEDULED } =
  proto.temporal.api.enums.v1.PendingActivityState;

/** States of activities that no worker runs. */
const WAITING_ACTIVITIES: ReadonlySet<number> = new Set([
  PENDING_ACTIVITY_STATE_PAUSED,
  PENDING_ACTIVITY_STATE_SCHEDULED,
]);

/** Time that any one call may take. */
const CALL_TIMEOUT_MS = 10_000;

/** Time in which a job that failed removes what it has to and tells whom it has to, and between two looks, in ms. */
const WINDING_UP_MS = 15_000;
const LOOK_MS = 250;

/** What gRPC says of a request that is wrong whatever the state of the server (https://grpc.io/docs/guides/status-codes/). */
const INVALID_ARGUMENT = 3;

/** Under which a workflow remembers how often its job was run before. */
const RUN_MEMO = 'run';

/** Time in which a job's workflow does what it is told: a round of calls for each activity that waits. */
const CONTROL_TIMEOUT_MS = 30_000;

/** Bytes that Temporal takes for a summary (temporal.md); a fairness key has fewer and users are limited to 64. */
const SUMMARY_CHARACTERS = 100;

/** No workflow has this id: asking for it shows whether the server's history service answers at all. */
const NO_WORKFLOW = 'framefold-readiness';

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

/** Entries of the worker registry that one answer holds: one for each worker and queue. */
const MOST_WORKERS = 1000;

/** The queues without which nothing begins; both are polled by the control process. */
const NEEDED_QUEUES = [
  { name: TASK_QUEUES.workflows, type: TASK_QUEUE_TYPE_WORKFLOW },
  { name: TASK_QUEUES.control, type: TASK_QUEUE_TYPE_ACTIVITY },
] as const;

/** How long the result of a dry run stands: long enough for who was told to ask again after a second. */
const FRESH_MS = 5_000;

/**
 * The gateway to a Temporal server.
 *
 * @param defaults of the jobs that it starts, as the operator wants them
 */
export function createTemporalGateway(
  client: Client,
  namespace: string,
  defaults: Pick<TranscodeJobInput, 'gpuPatienceSeconds' | 'keepFailedHours'> = {},
): TemporalGateway {
  const call = <T>(work: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + CALL_TIMEOUT_MS, work).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError)
        throw error;
      throw isRefusal(error) ? refused(error) : unavailable(error);
    });

  /** Starts a workflow, unless one of its id runs or has run. */
  const startOnce = async (
    type: string,
    options: Pick<
      WorkflowStartOptions,
      'workflowId' | 'args' | 'priority' | 'memo' | 'staticSummary' | 'typedSearchAttributes'
    >,
  ): Promise<void> => {
    try {
      await call(() =>
        client.workflow.start(type, {
          ...options,
          taskQueue: TASK_QUEUES.workflows,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      );
    } catch (error) {
      // It has run and ended: what was asked for exists.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

  const describe = (workflowId: string) => call(() => client.workflow.getHandle(workflowId).describe());

  /** Undefined for a workflow that Temporal does not know, or no more: ended ones are forgotten after its retention. */
  const find = async (workflowId: string) => {
    try {
      return await describe(workflowId);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  };

  const pollers = async (
    name: string,
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType,
  ): Promise<number> => {
    const queue = await call(() =>
      client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
    );
    return queue.pollers.length;
  };

  const describeQueue = async (name: string): Promise<QueueState> => {
    const queue = await call(() =>
      client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType: name === TASK_QUEUES.workflows ? TASK_QUEUE_TYPE_WORKFLOW : TASK_QUEUE_TYPE_ACTIVITY,
        reportStats: true,
      }),
    );
    return {
      name,
      pollers: queue.pollers.length,
      backlog: Number(queue.stats?.approximateBacklogCount ?? 0),
      backlogAgeSeconds: Number(queue.stats?.approximateBacklogAge?.seconds ?? 0),
      tasksAddedPerSecond: queue.stats?.tasksAddRate ?? 0,
      tasksDispatchedPerSecond: queue.stats?.tasksDispatchRate ?? 0,
    };
  };

  const placeInQueue = (tenantId: string, { priority, userId }: TranscodeRequest, weight: number) => ({
    priorityKey: toPriorityKey(priority),
    fairnessKey: fairnessKeyOf(tenantId, userId),
    fairnessWeight: weight,
  });

  const jobOptions = (input: TranscodeJobInput, weight: number) => {
    const {
      jobId,
      request,
      tenantId = DEFAULT_TENANT,
      batchId,
      run = 0,
      priority = request.priority,
    } = input;
    return {
      workflowId: jobWorkflowId(jobId),
      args: [{ ...defaults, ...input }],
      priority: placeInQueue(tenantId, { ...request, priority }, weight),
      memo: { [RUN_MEMO]: run },
      staticSummary: titleOf(request).slice(0, SUMMARY_CHARACTERS),
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SEARCH_ATTRIBUTES.status, value: 'pending' },
        { key: SEARCH_ATTRIBUTES.user, value: request.userId },
        { key: SEARCH_ATTRIBUTES.labels, value: request.labels },
        ...(batchId === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.batch, value: batchId }]),
      ]),
    };
  };

  const cancel = async (
    workflowId: string,
    waitMs: number,
    onAsked: () => Promise<void> = async () => undefined,
  ): Promise<CancelOutcome> => {
    const handle = client.workflow.getHandle(workflowId);
    try {
      await call(() => handle.cancel());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'not-found';
      throw error;
    }
    await onAsked();
    try {
      await client.withDeadline(Date.now() + waitMs, () => handle.result());
      return 'ended';
    } catch (error) {
      if (ranOutOfTime(error)) return 'still-running';
      // Cancelled, failed or terminated: which one it was is in the log.
      if (error instanceof WorkflowFailedError) return 'ended';
      throw unavailable(error);
    }
  };

  /** Whether a workflow runs, or has ended well so short a time ago that nobody would want it anew. */
  const isFresh = async (workflowId: string): Promise<boolean> => {
    const found = await find(workflowId);
    if (found?.status.name === 'RUNNING') return true;
    return found?.status.name === 'COMPLETED' && Date.now() - (found.closeTime?.getTime() ?? 0) < FRESH_MS;
  };

  return {
    async startJob(input: TranscodeJobInput, weight: number): Promise<void> {
      await startOnce(WORKFLOW_TYPES.transcodeJob, jobOptions(input, weight));
    },

    async startDelivery({ id, run, tenantId, jobId, event }: DueRun): Promise<void> {
      const delivery: WebhookDelivery = { deliveryId: id, run };
      await startOnce(WORKFLOW_TYPES.webhookDelivery, {
        workflowId: deliveryWorkflowId(delivery),
        args: [delivery],
        // Its attempts inherit it: a tenant whose receivers are dead takes turns with the others.
        priority: { fairnessKey: tenantId },
        staticSummary: `${event} of ${jobId}`,
      });
    },

    async startAgain(input: TranscodeJobInput & { readonly run: number }, weight: number): Promise<void> {
      const { jobId, run } = input;
      for (const deadline = Date.now() + WINDING_UP_MS; Date.now() < deadline; await delay(LOOK_MS)) {
        const former = await find(jobWorkflowId(jobId));
        // Somebody else was faster.
        if (former !== undefined && runIn(former.memo) >= run) return;
        // The log tells of the failure before the workflow has told everybody else of it.
        if (former?.status.name === 'RUNNING') continue;
        try {
          await call(() =>
            client.workflow.start(WORKFLOW_TYPES.transcodeJob, {
              ...jobOptions(input, weight),
              taskQueue: TASK_QUEUES.workflows,
              // Where nothing was known, what is known by now is the run that somebody else has started.
              workflowIdReusePolicy: former === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
              workflowIdConflictPolicy: 'FAIL',
            }),
          );
          return;
        } catch (error) {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        }
      }
      throw new ProblemError('TEMPORAL_UNAVAILABLE', 'The failed run of the job is still being wound up.');
    },

    async dryRun({ id, request, tenantId }, weight, waitMs): Promise<DryRunResult | undefined> {
      const workflowId = dryRunWorkflowId(id);
      const input: DryRunInput = { id, request };
      if (!(await isFresh(workflowId)))
        await call(() =>
          client.workflow.start<(input: DryRunInput) => Promise<DryRunResult>>(WORKFLOW_TYPES.dryRun, {
            workflowId,
            args: [input],
            taskQueue: TASK_QUEUES.workflows,
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            workflowIdConflictPolicy: 'USE_EXISTING',
            priority: placeInQueue(tenantId, request, weight),
            staticSummary: titleOf(request).slice(0, SUMMARY_CHARACTERS),
          }),
        );
      try {
        return await client.withDeadline(Date.now() + waitMs, () =>
          client.workflow.getHandle<(input: DryRunInput) => Promise<DryRunResult>>(workflowId).result(),
        );
      } catch (error) {
        if (ranOutOfTime(error)) return undefined;
        if (error instanceof WorkflowFailedError)
          throw new ProblemError('TEMPORAL_UNAVAILABLE', 'The dry run was ended from outside.');
        throw unavailable(error);
      }
    },

    async dryRunEnded(id: string): Promise<void> {
      const ended = () => client.workflow.getHandle(dryRunWorkflowId(id)).result();
      await client.withDeadline(Date.now() + DRY_RUN_LIMIT_MS, ended).catch(() => undefined);
    },

    async startBatch(input: TranscodeBatchInput): Promise<void> {
      const { batchId, jobs } = input;
      await startOnce(WORKFLOW_TYPES.transcodeBatch, {
        workflowId: transcodeBatchWorkflowId(batchId),
        args: [input],
        staticSummary: `${jobs} jobs`,
        typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.batch, value: batchId }]),
      });
    },

    cancelJob: (jobId, waitMs) => cancel(jobWorkflowId(jobId), waitMs),

    cancelBatch: (batchId, waitMs, onAsked) => cancel(transcodeBatchWorkflowId(batchId), waitMs, onAsked),

    async requestCancel(jobId: string): Promise<boolean> {
      try {
        await call(() => client.workflow.getHandle(jobWorkflowId(jobId)).cancel());
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },

    ...jobsOfTemporal(client, call),

    async controlJob(jobId: string, { update, value }: JobControl): Promise<ControlOutcome> {
      const handle = client.workflow.getHandle(jobWorkflowId(jobId));
      try {
        const answer = await client.withDeadline(Date.now() + CONTROL_TIMEOUT_MS, () =>
          value === undefined
            ? handle.executeUpdate<ControlAnswer, []>(CONTROL_UPDATES[update])
            : handle.executeUpdate<ControlAnswer, [string | number]>(CONTROL_UPDATES[update], {
                args: [value],
              }),
        );
        return { answer };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError)
          return { refusal: CONTROL_REFUSALS.ended, reason: 'The job has ended.' };
        if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
          return { refusal: error.cause.type ?? '', reason: error.cause.message };
        throw unavailable(error);
      }
    },

    async liveUnits(jobId: string): Promise<readonly LiveUnit[]> {
      const { raw: job } = await describe(jobWorkflowId(jobId));
      const batches = await Promise.all(
        (job.pendingChildren ?? []).map(async ({ workflowId }) =>
          typeof workflowId === 'string' ? (await describe(workflowId)).raw : {},
        ),
      );
      return [job, ...batches].flatMap(({ pendingActivities }) =>
        (pendingActivities ?? []).flatMap(liveUnitOf),
      );
    },

    async pool(): Promise<PoolState> {
      const [workers, queues] = await Promise.all([
        call(() => client.workflowService.listWorkers({ namespace, pageSize: MOST_WORKERS })),
        Promise.all(Object.values(TASK_QUEUES).map(describeQueue)),
      ]);
      return {
        workers: workers.workersInfo.flatMap(({ workerHeartbeat }) => registeredWorker(workerHeartbeat)),
        queues,
      };
    },

    async obstacle(): Promise<string | undefined> {
      for (const { name, type } of NEEDED_QUEUES) {
        if ((await pollers(name, type)) === 0) return `No worker polls the task queue ${name}.`;
      }
      await find(NO_WORKFLOW);
      return undefined;
    },
  };
}

/** How often the job was run before, as a workflow remembers. */
function runIn(memo: Record<string, unknown> | undefined): number {
  const run = memo?.[RUN_MEMO];
  return typeof run === 'number' ? run : 0;
}

/**
 * Whether a wait of ours is over. The server may notice that before its client does and break off the stream, which then
 * reads as cancelled; nobody here cancels calls.
 */
function ranOutOfTime(error: unknown): boolean {
  return isGrpcDeadlineError(error) || isGrpcCancelledError(error);
}

/** Whether Temporal answers that it will never do what it was asked. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  const code: number | undefined = isGrpcServiceError(cause) ? cause.code : undefined;
  return code === INVALID_ARGUMENT;
}

function refused(cause: unknown): ProblemError {
  return new ProblemError('INTERNAL', 'Temporal refuses what it was asked.', {}, { cause });
}

function unavailable(cause: unknown): ProblemError {
  return new ProblemError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.', {}, { cause });
}

/** An entry of the worker registry; one without a heartbeat says nothing. */
function registeredWorker(
  heartbeat: proto.temporal.api.worker.v1.IWorkerHeartbeat | null | undefined,
): RegisteredWorker[] {
  if (heartbeat === null || heartbeat === undefined) return [];
  const status = proto.temporal.api.enums.v1.WorkerStatus[heartbeat.status ?? 0];
  // Every worker tells both; the kind that it does not poll for has none.
  const available = [heartbeat.activityTaskSlotsInfo, heartbeat.workflowTaskSlotsInfo].map(
    (slots) => slots?.currentAvailableSlots ?? 0,
  );
  return [
    {
      identity: heartbeat.workerIdentity ?? '',
      taskQueue: heartbeat.taskQueue ?? '',
      status: (status ?? 'UNSPECIFIED').replace('WORKER_STATUS_', '').toLowerCase().replaceAll('_', '-'),
      lastHeartbeat: Number(heartbeat.heartbeatTime?.seconds ?? 0) * 1000,
      slotsUsed:
        (heartbeat.activityTaskSlotsInfo?.currentUsedSlots ?? 0) +
        (heartbeat.workflowTaskSlotsInfo?.currentUsedSlots ?? 0),
      // -1: the slot supplier has no upper bound.
      ...(available.includes(-1) ? {} : { slotsAvailable: available.reduce((sum, count) => sum + count, 0) }),
      pollers:
        (heartbeat.activityPollerInfo?.currentPollers ?? 0) +
        (heartbeat.workflowPollerInfo?.currentPollers ?? 0),
    },
  ];
}

/**
 * The report in the last heartbeat of an activity that a worker runs; one that reports something else, or nothing, goes
 * by its own name. One that waits to be tried again, or is paused, still shows what its last attempt reported. What the
 * control process does is nobody's wait.
 */
function liveUnitOf(activity: proto.temporal.api.workflow.v1.IPendingActivityInfo): LiveUnit[] {
  const { activityType, attempt, lastWorkerIdentity, activityOptions } = activity;
  if (WAITING_ACTIVITIES.has(activity.state ?? 0)) return [];
  if (activityOptions?.taskQueue?.name === TASK_QUEUES.control) return [];
  const payload = activity.heartbeatDetails?.payloads?.[0];
  const report = LiveUnit.safeParse(payload && defaultPayloadConverter.fromPayload(payload));
  if (report.success) return [report.data];
  return [
    {
      unit: activityType?.name ?? '',
      workerId: lastWorkerIdentity ?? '',
      temporalAttempt: Math.max(attempt ?? 1, 1),
      framesDone: 0,
      speed: 0,
    },
  ];
}

/**
 * Users take turns, each of a tenant by itself. At most the 64 bytes that Temporal allows: a longer name (of wide
 * characters) is cut between characters.
 */
function fairnessKeyOf(tenantId: string, userId: string): string {
  // A decoder of a stream keeps the bytes of an unfinished character back.
  return new TextDecoder().decode(Buffer.from(`${tenantId}/${userId}`).subarray(0, 64), { stream: true });
}
