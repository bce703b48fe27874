import type { JobQueue } from '@framefold/domain';

/** One task queue per class of resource, because a slot supplier does not know the activity type. */
export const TASK_QUEUES = {
  workflows: 'framefold-workflows',
  control: 'framefold-control',
  /** Of its own: receivers that do not answer must not keep a job's events from being recorded. */
  webhooks: 'framefold-webhooks',
  media: 'framefold-media',
  encodeCpu: 'framefold-encode-cpu',
  encodeGpu: 'framefold-encode-gpu',
  /** The slots of these are kept free for urgent work, whatever waits in the others. */
  encodeCpuLive: 'framefold-encode-cpu-live',
  encodeGpuLive: 'framefold-encode-gpu-live',
} as const;

/** The task queue of the encodes of a job, by the resource that its encoder takes. */
export function encodeTaskQueue(queue: JobQueue, resource: 'cpu' | 'gpu' = 'cpu'): string {
  if (resource === 'gpu') return queue === 'live' ? TASK_QUEUES.encodeGpuLive : TASK_QUEUES.encodeGpu;
  return queue === 'live' ? TASK_QUEUES.encodeCpuLive : TASK_QUEUES.encodeCpu;
}
