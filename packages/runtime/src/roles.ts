import type { Config } from '@framefold/config';
import { TASK_QUEUES } from '@framefold/workflows/contract';

/** Calls of the catalogue, and of webhook receivers, at once: they wait more than they work. */
const CONTROL_SLOTS = 20;

/**
 * How a queue's activities share a worker: a `fixed` number at once, since an encode that has begun must not be starved
 * by others; or as many as the `load` of the machine allows.
 */
export type Sharing = 'fixed' | 'load';

interface ServedQueue {
  readonly taskQueue: string;
  readonly sharing: Sharing;
  readonly slots: (config: Config, gpuSlots: number) => number;
}

/** What a worker process can do: each role serves the task queues of one kind of resource. */
const ROLES = {
  workflows: [],
  control: [
    { taskQueue: TASK_QUEUES.control, sharing: 'fixed', slots: () => CONTROL_SLOTS },
    { taskQueue: TASK_QUEUES.webhooks, sharing: 'fixed', slots: () => CONTROL_SLOTS },
  ],
  media: [{ taskQueue: TASK_QUEUES.media, sharing: 'load', slots: ({ slots }) => slots.media }],
  'encode-cpu': [
    { taskQueue: TASK_QUEUES.encodeCpu, sharing: 'fixed', slots: ({ slots }) => slots.encode },
    { taskQueue: TASK_QUEUES.encodeCpuLive, sharing: 'fixed', slots: ({ slots }) => slots.live },
  ],
  'encode-gpu': [
    { taskQueue: TASK_QUEUES.encodeGpu, sharing: 'fixed', slots: (_, gpuSlots) => gpuSlots },
    {
      taskQueue: TASK_QUEUES.encodeGpuLive,
      sharing: 'fixed',
      slots: ({ slots }, gpuSlots) => (gpuSlots > 0 ? slots.live : 0),
    },
  ],
} as const satisfies Record<string, readonly ServedQueue[]>;

export type Role = keyof typeof ROLES;
export type ActivityRole = Exclude<Role, 'workflows'>;

/** A queue that a worker serves with so many slots. */
export interface QueueSlots {
  readonly taskQueue: string;
  readonly sharing: Sharing;
  readonly slots: number;
}

/**
 * The queues of activities that a role serves as configured; those without slots are left out.
 *
 * @param gpuSlots encodes that the GPUs of this worker take at once, those that work
 */
export function queuesOf(role: Role, config: Config, gpuSlots = 0): QueueSlots[] {
  const served: readonly ServedQueue[] = ROLES[role];
  return served
    .map(({ taskQueue, sharing, slots }) => ({ taskQueue, sharing, slots: slots(config, gpuSlots) }))
    .filter(({ slots }) => slots > 0);
}

/**
 * The roles that a comma-separated list names.
 *
 * @throws {Error} naming what is no role, or when there is none
 */
export function parseRoles(text: string): Role[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name);
  const unknown = names.filter((name) => !isRole(name));
  if (unknown.length > 0 || names.length === 0) {
    throw new Error(`--roles must name some of ${Object.keys(ROLES).join(', ')}; it says "${text}".`);
  }
  return [...new Set(names.filter(isRole))];
}
