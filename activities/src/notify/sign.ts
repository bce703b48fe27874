import { signingTerms } from '@framefold/domain';
import { createWebhookSecret, type WebhookSecrets } from '@framefold/platform';
import { Webhook } from 'standardwebhooks';

/** What is signed. */
export interface Message {
  /** The `webhook-id`. */
  readonly id: string;
  readonly tenantId: string;
  readonly body: string;
}

/**
 * The headers of a message as Standard Webhooks has them (https://www.standardwebhooks.com): signed by every secret of
 * the tenant that signs now. A tenant without any gets its first.
 *
 * @param when the time of sending, and how long an old secret signs beside its successor, in ms
 * @throws {Error} for a secret that cannot sign; CodedErrors of the catalogue
 */
export async function sign(
  { id, tenantId, body }: Message,
  secrets: WebhookSecrets,
  { at, overlapMs }: { readonly at: number; readonly overlapMs: number },
): Promise<Readonly<Record<string, string>>> {
  if ((await secrets.list(tenantId)).length === 0) await secrets.add(tenantId, createWebhookSecret(at));
  const terms = signingTerms(await secrets.list(tenantId), at, overlapMs);
  const sentAt = new Date(at);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': terms
      .map(({ secret }) => new Webhook(secret.secret).sign(id, sentAt, body))
      .join(' '),
  };
}
