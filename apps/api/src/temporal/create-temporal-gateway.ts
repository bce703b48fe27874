import {
  LiveUnit,
  titleOf,
  toPriorityKey,
  type PoolState,
  type QueueState,
  type RegisteredWorker,
} from '@framefold/domain';
import {
  jobWorkflowId,
  SEARCH_ATTRIBUTES,
  TASK_QUEUES,
  type TranscodeJobInput,
  WORKFLOW_TYPES,
} from '@framefold/workflows/contract';
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defaultPayloadConverter, TypedSearchAttributes } from '@temporalio/common';
import proto from '@temporalio/proto';
import { ProblemError } from '../problem/problem-error.ts';
import type { CancelOutcome, TemporalGateway } from './temporal-gateway.ts';

/** Time that any one call may take. */
const CALL_TIMEOUT_MS = 10_000;

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

/**
 * The gateway to a Temporal server.
 *
 * @param defaults of the jobs that it starts, as the operator wants them
 */
export function createTemporalGateway(
  client: Client,
  namespace: string,
  defaults: Pick<TranscodeJobInput, 'gpuPatienceSeconds'> = {},
): TemporalGateway {
  const call = <T>(work: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + CALL_TIMEOUT_MS, work).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError)
        throw error;
      throw unavailable(error);
    });

  const describe = (workflowId: string) => call(() => client.workflow.getHandle(workflowId).describe());

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

  return {
    async startJob(input: TranscodeJobInput): Promise<void> {
      const { jobId, request } = input;
      try {
        await call(() =>
          client.workflow.start(WORKFLOW_TYPES.transcodeJob, {
            taskQueue: TASK_QUEUES.workflows,
            workflowId: jobWorkflowId(jobId),
            args: [{ ...defaults, ...input }],
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            workflowIdConflictPolicy: 'USE_EXISTING',
            priority: {
              priorityKey: toPriorityKey(request.priority),
              fairnessKey: fairnessKeyOf(request.userId),
            },
            staticSummary: titleOf(request).slice(0, SUMMARY_CHARACTERS),
            typedSearchAttributes: new TypedSearchAttributes([
              { key: SEARCH_ATTRIBUTES.status, value: 'pending' },
              { key: SEARCH_ATTRIBUTES.user, value: request.userId },
              { key: SEARCH_ATTRIBUTES.labels, value: request.labels },
            ]),
          }),
        );
      } catch (error) {
        // It has run and ended: the job that was asked for exists.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async cancelJob(jobId: string, waitMs: number): Promise<CancelOutcome> {
      const handle = client.workflow.getHandle(jobWorkflowId(jobId));
      try {
        await call(() => handle.cancel());
        await client.withDeadline(Date.now() + waitMs, () => handle.result());
        return 'ended';
      } catch (error) {
        if (isGrpcDeadlineError(error)) return 'still-running';
        if (error instanceof WorkflowNotFoundError) return 'not-found';
        // Cancelled, failed or terminated: which one it was is in the job's log.
        if (error instanceof WorkflowFailedError) return 'ended';
        if (error instanceof ProblemError) throw error;
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
      try {
        await describe(NO_WORKFLOW);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
      return undefined;
    },
  };
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

/** The report in an activity's last heartbeat; activities that report something else, or nothing, have none. */
function liveUnitOf(activity: proto.temporal.api.workflow.v1.IPendingActivityInfo): LiveUnit[] {
  const payload = activity.heartbeatDetails?.payloads?.[0];
  if (payload === undefined) return [];
  const report = LiveUnit.safeParse(defaultPayloadConverter.fromPayload(payload));
  return report.success ? [report.data] : [];
}

/** At most the 64 bytes that Temporal allows: a longer name (of wide characters) is cut between characters. */
function fairnessKeyOf(userId: string): string {
  // A decoder of a stream keeps the bytes of an unfinished character back.
  return new TextDecoder().decode(Buffer.from(userId).subarray(0, 64), { stream: true });
}
