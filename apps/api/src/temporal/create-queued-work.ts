import type { QueuedWork } from '@framefold/activities';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';

/** NOT_FOUND and FAILED_PRECONDITION of gRPC. */
const GONE: ReadonlySet<number> = new Set([5, 9]);

const { PENDING_ACTIVITY_STATE_PAUSED, PENDING_ACTIVITY_STATE_SCHEDULED } =
  proto.temporal.api.enums.v1.PendingActivityState;

/** The activities that wait on a Temporal server. */
export function createQueuedWork(client: Client, namespace: string): QueuedWork {
  const common = (workflowId: string, id: string) => ({
    namespace,
    execution: { workflowId },
    identity: 'framefold',
    id,
  });
  return {
    async list(workflowId) {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      return (raw.pendingActivities ?? []).flatMap(({ activityId, state, activityOptions }) => {
        const paused = state === PENDING_ACTIVITY_STATE_PAUSED;
        if (!paused && state !== PENDING_ACTIVITY_STATE_SCHEDULED) return [];
        return [{ activityId: activityId ?? '', taskQueue: activityOptions?.taskQueue?.name ?? '', paused }];
      });
    },
    async setPaused(workflowId, activityId, paused) {
      const activity = common(workflowId, activityId);
      await unlessGone(
        paused
          ? client.workflowService.pauseActivity({ ...activity, reason: 'The job is paused.' })
          : client.workflowService.unpauseActivity(activity),
      );
    },
    async setPriority(workflowId, activityId, priorityKey) {
      await unlessGone(
        client.workflowService.updateActivityOptions({
          ...common(workflowId, activityId),
          activityOptions: { priority: { priorityKey } },
          updateMask: { paths: ['priority.priority_key'] },
        }),
      );
    },
  };
}

/** It may be done, or its workflow over, by the time that the server is told. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isGrpcServiceError(error) || !GONE.has(error.code)) throw error;
  }
}
