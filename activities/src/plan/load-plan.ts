import { CodedError, Plan } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';

/**
 * Reads a plan that `planJob` has written.
 *
 * @throws {CodedError} STORE_UNAVAILABLE when it is not there
 */
export async function loadPlan(store: ObjectStore, planKey: string): Promise<Plan> {
  const stored = await store.get(planKey);
  if (stored === undefined)
    throw new CodedError('STORE_UNAVAILABLE', `The plan ${planKey} is not in the store.`);
  return Plan.parse(JSON.parse(stored.toString()));
}
