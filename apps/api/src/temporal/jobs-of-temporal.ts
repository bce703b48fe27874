import type { NewEvent } from '@framefold/domain';
import {
  deliveryWorkflowId,
  jobWorkflowId,
  transcodeBatchWorkflowId,
  WORKFLOW_TYPES,
} from '@framefold/workflows/contract';
import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type proto from '@temporalio/proto';

type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

/** Jobs and batches that one query asks for. */
const PER_QUERY = 50;

/** A job that Temporal knows. */
export interface KnownWorkflow {
  readonly jobId: string;
  readonly running: boolean;
}

/** The jobs of a namespace with what their histories tell; for whoever has lost the catalogue. */
export interface JobsOfTemporal {
  /** All jobs that Temporal knows; those that ended longer ago than its retention are not among them. */
  knownJobs(): AsyncIterable<KnownWorkflow>;
  /** Whether the workflow of any of these jobs and batches runs. Those that were started within seconds may be missing. */
  anyRuns(ids: readonly string[]): Promise<boolean>;
  /** Whether a run of a job goes on. */
  jobRuns(jobId: string): Promise<boolean>;
  /** Whether the workflow of a batch was ever started; false also for one that ended longer ago than its retention. */
  knowsBatch(batchId: string): Promise<boolean>;
  /** Whether the first run of a webhook's delivery has ended, well or not; false for one that Temporal does not know. */
  hasDeliveryEnded(deliveryId: string): Promise<boolean>;
  /** The events that a job and its batches of chunks have recorded, in the order in which they were; empty for an unknown job. */
  historyLog(jobId: string): Promise<readonly NewEvent[]>;
}

/** A written block of events, and when its writing ended. */
interface Recording {
  readonly at: number;
  readonly events: readonly NewEvent[];
}

/** Reads what the histories hold: each block of events is the input of an activity that records it. */
export function jobsOfTemporal(
  client: Client,
  call: <T>(work: () => Promise<T>) => Promise<T>,
): JobsOfTemporal {
  /** Nothing for one that Temporal does not know, or no more: what others tell is restored all the same. */
  const historyOf = async (workflowId: string): Promise<readonly HistoryEvent[]> => {
    try {
      return (await call(() => client.workflow.getHandle(workflowId).fetchHistory())).events ?? [];
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return [];
      throw error;
    }
  };

  /** Undefined for one that Temporal does not know, or no more. */
  const statusOf = async (workflowId: string): Promise<WorkflowExecutionStatusName | undefined> => {
    try {
      return (await call(() => client.workflow.getHandle(workflowId).describe())).status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  };

  /** A workflow's recordings, and the ids of its children. */
  const read = async (
    workflowId: string,
  ): Promise<{ recordings: readonly Recording[]; children: readonly string[] }> => {
    const history = await historyOf(workflowId);
    return { recordings: recordingsOf(history), children: history.flatMap(childOf) };
  };

  const readAll = async (workflowId: string): Promise<readonly Recording[]> => {
    const { recordings, children } = await read(workflowId);
    const ofChildren = await Promise.all(children.map(readAll));
    return [...recordings, ...ofChildren.flat()];
  };

  return {
    async *knownJobs() {
      const query = `WorkflowType = '${WORKFLOW_TYPES.transcodeJob}'`;
      for await (const { workflowId, status } of client.workflow.list({ query }))
        yield { jobId: workflowId.replace(jobWorkflowId(''), ''), running: status.name === 'RUNNING' };
    },

    async anyRuns(ids) {
      for (let first = 0; first < ids.length; first += PER_QUERY) {
        const workflowIds = ids
          .slice(first, first + PER_QUERY)
          .flatMap((id) => [jobWorkflowId(id), transcodeBatchWorkflowId(id)]);
        const query = `ExecutionStatus = 'Running' AND WorkflowId IN ('${workflowIds.join("', '")}')`;
        const { count } = await call(() => client.workflow.count(query));
        if (count > 0) return true;
      }
      return false;
    },

    async jobRuns(jobId) {
      return (await statusOf(jobWorkflowId(jobId))) === 'RUNNING';
    },

    async knowsBatch(batchId) {
      return (await statusOf(transcodeBatchWorkflowId(batchId))) !== undefined;
    },

    async hasDeliveryEnded(deliveryId) {
      const status = await statusOf(deliveryWorkflowId({ deliveryId, run: 0 }));
      return status !== undefined && status !== 'RUNNING';
    },

    async historyLog(jobId) {
      const recordings = await readAll(jobWorkflowId(jobId));
      return [...recordings].sort((a, b) => a.at - b.at).flatMap(({ events }) => events);
    },
  };
}

function recordingsOf(history: readonly HistoryEvent[]): Recording[] {
  const written = new Map<string, readonly NewEvent[]>();
  const recordings: Recording[] = [];
  for (const event of history) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const [payload] = scheduled?.input?.payloads ?? [];
    if (scheduled?.activityType?.name === 'recordEvents' && payload !== undefined) {
      const { events } = defaultPayloadConverter.fromPayload<{ events: readonly NewEvent[] }>(payload);
      written.set(String(event.eventId), events);
    }
    const done = event.activityTaskCompletedEventAttributes;
    const events = written.get(String(done?.scheduledEventId));
    if (events !== undefined) recordings.push({ at: timeOf(event), events });
  }
  return recordings;
}

/** The batch of chunks that an event of a job's history tells of; deliveries of webhooks record nothing. */
function childOf({ startChildWorkflowExecutionInitiatedEventAttributes: child }: HistoryEvent): string[] {
  const { workflowId, workflowType } = child ?? {};
  return typeof workflowId === 'string' && workflowType?.name === WORKFLOW_TYPES.encodeBatch
    ? [workflowId]
    : [];
}

/** In ms since the epoch, with the part of a ms. */
function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}
