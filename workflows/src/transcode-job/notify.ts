import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { WORKFLOW_TYPES, type TranscodeJobInput } from '../contract/workflows.ts';
import type { webhookDelivery } from '../webhook-delivery/webhook-delivery.ts';

/** Starts the delivery of the job's webhook, if it has one, and leaves it to itself. */
export async function notify(
  { jobId, request }: TranscodeJobInput,
  status: 'completed' | 'failed' | 'cancelled',
): Promise<void> {
  if (request.webhookUrl === undefined) return;
  const event = `job.${status}` as const;
  // A job that is run again ends again, and that is another delivery.
  const deliveryId = `${jobId}.${workflowInfo().runId}`;
  await startChild<typeof webhookDelivery>(WORKFLOW_TYPES.webhookDelivery, {
    workflowId: `webhook-${deliveryId}`,
    args: [{ jobId, deliveryId, url: request.webhookUrl, event }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${event} of ${jobId}`,
  });
}
