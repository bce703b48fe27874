import { ParentClosePolicy, patched, startChild, workflowInfo } from '@temporalio/workflow';
import { WORKFLOW_TYPES, type TranscodeJobInput } from '../contract/workflows.ts';
import type { webhookDelivery } from '../webhook-delivery/webhook-delivery.ts';

/**
 * Whether the webhooks of a job that begins here are started by the catalogue, as it records their events. To be asked
 * at the beginning: a job that began under an earlier version, which started them itself, does so to its end.
 */
export function isNotifiedByCatalogue({ request }: TranscodeJobInput): boolean {
  return request.webhookUrl === undefined || patched('webhooks-by-catalogue');
}

/** Starts the delivery of the job's webhook and leaves it to itself; for jobs that the catalogue does not do it for. */
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
