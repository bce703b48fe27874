import { hasProved, takesWork } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import { workerReports } from '../worker-reports.ts';

/** Looks for a worker that takes work of a queue and has proved an encoder. */
export function isQueueServed({
  store,
}: {
  readonly store: ObjectStore;
}): ControlActivities['isQueueServed'] {
  return async ({ taskQueue, encoder }) => {
    for (const report of await workerReports(store)) {
      if (takesWork(report, taskQueue, Date.now()) && hasProved(report, encoder)) return true;
    }
    return false;
  };
}
