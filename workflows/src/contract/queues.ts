/** One task queue per class of resource, because a slot supplier does not know the activity type. */
export const TASK_QUEUES = {
  workflows: 'framefold-workflows',
  control: 'framefold-control',
  media: 'framefold-media',
  encodeCpu: 'framefold-encode-cpu',
} as const;
