import { ApplicationFailure } from '@temporalio/common';
import { sleep } from '@temporalio/workflow';
import { delivery, earlierDelivery } from '../activities.ts';
import type { EarlierWebhookDelivery } from '../contract/activities.ts';
import type { WebhookDelivery } from '../contract/workflows.ts';

/**
 * Delivers one webhook: tries until the receiver takes it or the time for it is over. A workflow of its own, so that a
 * receiver that is down never holds a job. Address, body and secrets stay in the catalogue: this history has none of them.
 *
 * @throws {ApplicationFailure} WEBHOOK_REFUSED when it is given up, so that it shows as Failed in Temporal
 */
export async function webhookDelivery(
  input: WebhookDelivery | EarlierWebhookDelivery,
): Promise<{ readonly state: string } | { readonly status: number }> {
  if ('url' in input) {
    return await earlierDelivery.deliverWebhook.executeWithOptions({ summary: input.event }, [input]);
  }
  const { deliveryId, run } = input;
  for (let attempt = 1; ; attempt += 1) {
    const summary = `attempt ${attempt}`;
    const { state, waitMs = 0 } = await delivery.attemptDelivery.executeWithOptions({ summary }, [
      { deliveryId, run, attempt },
    ]);
    if (state === 'failed') {
      throw ApplicationFailure.nonRetryable(
        `The receiver did not take it; its attempts are at /api/deliveries/${deliveryId}.`,
        'WEBHOOK_REFUSED',
      );
    }
    if (state !== 'pending') return { state };
    await sleep(waitMs);
  }
}
