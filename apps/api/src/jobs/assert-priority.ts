import { actsForAll } from '@framefold/domain';
import type { Caller } from '../access/caller.ts';
import { ProblemError } from '../problem/problem-error.ts';

/**
 * Holds a caller to the ceiling of its tenant.
 *
 * @param at before the path of what is wrong
 * @throws {ProblemError} PRIORITY_NOT_GRANTED
 */
export function assertPriority(caller: Caller, priority: number, at = ''): void {
  const { id, priorityCeiling } = caller.tenant;
  if (priority >= priorityCeiling || actsForAll(caller)) return;
  throw new ProblemError(
    'PRIORITY_NOT_GRANTED',
    `The tenant ${id} may have priority ${priorityCeiling} at most, not ${priority}.`,
    { errors: [{ path: `${at}priority`, message: `must be ${priorityCeiling} to 9` }] },
  );
}
