import { toPriorityKey } from '@framefold/domain';
import { TASK_QUEUES, type ControlActivities } from '@framefold/workflows/contract';

/** An activity that waits in a queue. */
export interface QueuedActivity {
  readonly activityId: string;
  readonly taskQueue: string;
  readonly paused: boolean;
}

/** What the server holds of activities that no worker runs. Calls about one that is not there any more change nothing. */
export interface QueuedWork {
  /** Those of a workflow; none of one that has ended. */
  list(workflowId: string): Promise<readonly QueuedActivity[]>;
  setPaused(workflowId: string, activityId: string, paused: boolean): Promise<void>;
  /** @param priorityKey 1 to 5, lower first */
  setPriority(workflowId: string, activityId: string, priorityKey: number): Promise<void>;
}

export interface ControlQueuedDeps {
  readonly queuedWork: QueuedWork;
}

/** Holds the waiting activities of a workflow back or lets them go, and says how urgent they are. */
export function controlQueued({ queuedWork }: ControlQueuedDeps): ControlActivities['controlQueued'] {
  return async ({ workflowId, paused, priority }) => {
    for (const activity of await queuedWork.list(workflowId)) {
      // Those of the control queue record what happens.
      if (activity.taskQueue === TASK_QUEUES.control) continue;
      const { activityId } = activity;
      if (priority !== undefined)
        await queuedWork.setPriority(workflowId, activityId, toPriorityKey(priority));
      if (activity.paused !== paused) await queuedWork.setPaused(workflowId, activityId, paused);
    }
  };
}
