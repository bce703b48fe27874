import type { Config } from '@framefold/config';
import { TASK_QUEUES } from '@framefold/workflows/contract';

/** Calls of the catalogue and of webhook receivers at once: they wait more than they work. */
const CONTROL_SLOTS = 20;

/** What a worker process can do: each role serves one task queue. */
const ROLES = {
  workflows: { taskQueue: TASK_QUEUES.workflows },
  control: { taskQueue: TASK_QUEUES.control, slots: () => CONTROL_SLOTS },
  media: { taskQueue: TASK_QUEUES.media, slots: ({ slots }: Config) => slots.media },
  'encode-cpu': { taskQueue: TASK_QUEUES.encodeCpu, slots: ({ slots }: Config) => slots.encode },
} as const;

export type Role = keyof typeof ROLES;
export type ActivityRole = Exclude<Role, 'workflows'>;

/** The task queue of a role. */
export const queueOf = (role: Role): string => ROLES[role].taskQueue;

/** How many activities of a role run at once. Fixed, not by load: an encode that has begun must not be starved by others. */
export const slotsOf = (role: ActivityRole, config: Config): number => ROLES[role].slots(config);

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
