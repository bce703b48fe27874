import { randomBytes, randomUUID } from 'node:crypto';
import type { WebhookSecret } from '@framefold/domain';

/** The secrets that sign webhooks, by tenant. Failures are CodedErrors with CATALOGUE_UNAVAILABLE. */
export interface WebhookSecrets {
  /** Newest first. */
  list(tenantId: string): Promise<readonly WebhookSecret[]>;
  /** Adds a secret; one of the same id is left as it is. */
  add(tenantId: string, secret: WebhookSecret): Promise<void>;
  /** Adds a secret, or replaces that of the same id and leaves its age as it is. */
  put(tenantId: string, secret: WebhookSecret): Promise<void>;
}

/** Bytes of a secret; Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** A new secret, by chance. */
export function createWebhookSecret(createdAt: number): WebhookSecret {
  return { id: randomUUID(), createdAt, secret: `whsec_${randomBytes(SECRET_BYTES).toString('base64')}` };
}
