import type { JobQueue } from '@framefold/domain';
import { ActivityCancellationType, proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { ControlActivities, EncodeActivities, MediaActivities } from './contract/activities.ts';
import { encodeTaskQueue, TASK_QUEUES } from './contract/queues.ts';
import { RETRY_POLICIES } from './retry-policies.ts';

/** A silent worker is taken for lost after this time; encoders and long media work report more often. */
const HEARTBEAT_TIMEOUT = '30 seconds';

/** Time beyond its encoder's own limit that an encode may take, in seconds: reading the source, checks, the store. */
const ENCODE_MARGIN_SECONDS = 120;

// Left unset, a cancelled workflow closes while its activities still run and write.
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Writing a job's events and record: moments of work, and the job waits for it when the control process is killed. */
export const recording = proxyActivities<Pick<ControlActivities, 'recordEvents' | 'publishRecord'>>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '15 seconds',
  retry: RETRY_POLICIES.record,
});

/** Asking the workers' reports. */
export const asking = proxyActivities<Pick<ControlActivities, 'isQueueServed'>>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '15 seconds',
  retry: RETRY_POLICIES.ask,
});

/** Telling the server about queued work: one round of calls a pending activity. */
export const tending = proxyActivities<Pick<ControlActivities, 'controlQueued'>>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '1 minute',
  retry: RETRY_POLICIES.tend,
});

/** Looking after the jobs of a batch. Waiting for them is a call that is tried again: it costs no history and holds no slot. */
export const batching = proxyActivities<
  Pick<ControlActivities, 'submitBatchJobs' | 'awaitBatch' | 'cancelBatchJobs' | 'concludeBatch'>
>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  cancellationType,
  retry: RETRY_POLICIES.batch,
});

/** One attempt to send a webhook: some ten seconds at most. When the next one is due is its result's to say. */
export const delivery = proxyActivities<Pick<ControlActivities, 'attemptDelivery'>>({
  taskQueue: TASK_QUEUES.webhooks,
  startToCloseTimeout: '30 seconds',
  retry: RETRY_POLICIES.webhook,
});

/** The webhooks of jobs that began before the delivery log. */
export const earlierDelivery = proxyActivities<Pick<ControlActivities, 'deliverWebhook'>>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '1 minute',
  retry: RETRY_POLICIES.webhook,
});

/** Work on a whole source or tree, which may take long: a download, a packet scan, a track of sound, all checksums. */
export const media = proxyActivities<MediaActivities>({
  taskQueue: TASK_QUEUES.media,
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  cancellationType,
  retry: RETRY_POLICIES.media,
});

/**
 * Encoding chunks. No time-out counts the time in the queue.
 *
 * @param timeoutSeconds what the encoder itself is given for one attempt
 */
export function encoding(
  queue: JobQueue,
  resource: 'cpu' | 'gpu',
  timeoutSeconds: number,
): ActivityInterfaceFor<Pick<EncodeActivities, 'encodeChunk'>> {
  return proxyActivities<Pick<EncodeActivities, 'encodeChunk'>>({
    taskQueue: encodeTaskQueue(queue, resource),
    startToCloseTimeout: `${timeoutSeconds + ENCODE_MARGIN_SECONDS} seconds`,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    cancellationType,
    retry: RETRY_POLICIES.encode,
  });
}

/**
 * Comparing chunks with the source, where encodes run. No time-out counts the time in the queue.
 *
 * @param timeoutSeconds what the programs of one attempt are given
 */
export function measuring(
  queue: JobQueue,
  timeoutSeconds: number,
): ActivityInterfaceFor<Pick<EncodeActivities, 'measureQuality'>> {
  return proxyActivities<Pick<EncodeActivities, 'measureQuality'>>({
    taskQueue: encodeTaskQueue(queue),
    startToCloseTimeout: `${timeoutSeconds + ENCODE_MARGIN_SECONDS} seconds`,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    cancellationType,
    retry: RETRY_POLICIES.measure,
  });
}
