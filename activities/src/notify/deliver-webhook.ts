import { CodedError, toView } from '@framefold/domain';
import type { Catalogue, GuardedFetch } from '@framefold/platform';
import type { ControlActivities } from '@framefold/workflows/contract';
import { Webhook } from 'standardwebhooks';

const ANSWER_SECONDS = 10;

export interface WebhookDeps {
  readonly catalogue: Catalogue;
  readonly fetch: GuardedFetch;
  /** Signs deliveries; see https://www.standardwebhooks.com */
  readonly webhookSecret: string;
  /** Where clients reach the API, without a slash at the end. */
  readonly publicBaseUrl: string;
}

/**
 * Sends one webhook, signed. Anything but an answer of 2xx is a failure, redirects included: a receiver must not be
 * able to send the request on to somebody else.
 *
 * @throws {CodedError} WEBHOOK_REFUSED, which Temporal retries
 */
export function deliverWebhook(deps: WebhookDeps): ControlActivities['deliverWebhook'] {
  return async ({ jobId, deliveryId, url, event }) => {
    const found = await deps.catalogue.job(jobId);
    if (found === undefined)
      throw new CodedError('CATALOGUE_UNAVAILABLE', `Job ${jobId} is not in the catalogue.`);
    const job = toView(jobId, found.job, [], Date.now());
    const outputBaseUrl = `${deps.publicBaseUrl}/media/${jobId}`;
    const body = JSON.stringify({
      type: event,
      jobId,
      status: job.status,
      ...(job.output === undefined
        ? {}
        : { outputBaseUrl, manifestUrl: `${outputBaseUrl}/${job.output.master}` }),
      ...(job.completedAt === undefined ? {} : { completedAt: job.completedAt }),
      ...(job.failure === undefined ? {} : { failure: job.failure }),
    });
    const sentAt = new Date();
    const status = await deps
      .fetch(new URL(url), {
        method: 'POST',
        redirects: 0,
        answerSeconds: ANSWER_SECONDS,
        headers: {
          'content-type': 'application/json',
          'webhook-id': deliveryId,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
          'webhook-signature': new Webhook(deps.webhookSecret, { format: 'raw' }).sign(
            deliveryId,
            sentAt,
            body,
          ),
        },
        body,
      })
      .then((answer) => {
        answer.body.destroy();
        return answer.status;
      })
      .catch((error: unknown) => {
        throw new CodedError('WEBHOOK_REFUSED', `The webhook's receiver cannot be reached: ${String(error)}`);
      });
    if (status < 200 || status > 299) {
      throw new CodedError('WEBHOOK_REFUSED', `The webhook's receiver answered ${status}.`);
    }
    return { status };
  };
}
