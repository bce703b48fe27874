import { delivery } from '../activities.ts';
import type { WebhookDelivery } from '../contract/activities.ts';

/**
 * Delivers one webhook within a day. A workflow of its own, so that a receiver that is down never holds a job; one that
 * never answers leaves this workflow failed, for operators to see.
 *
 * @returns the HTTP status of the answer
 */
export async function webhookDelivery(input: WebhookDelivery): Promise<{ readonly status: number }> {
  return await delivery.deliverWebhook.executeWithOptions({ summary: input.event }, [input]);
}
