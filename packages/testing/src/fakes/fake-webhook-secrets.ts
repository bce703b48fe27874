import type { WebhookSecret } from '@framefold/domain';
import type { WebhookSecrets } from '@framefold/platform';

/** Secrets in memory; held to the same contract suite as those in the database. */
export class FakeWebhookSecrets implements WebhookSecrets {
  readonly #secrets = new Map<string, WebhookSecret[]>();

  async list(tenantId: string): Promise<readonly WebhookSecret[]> {
    return [...this.#of(tenantId)].sort((a, b) => b.createdAt - a.createdAt);
  }

  async add(tenantId: string, secret: WebhookSecret): Promise<void> {
    const all = this.#of(tenantId);
    if (!all.some(({ id }) => id === secret.id)) all.push(secret);
  }

  async put(tenantId: string, secret: WebhookSecret): Promise<void> {
    const all = this.#of(tenantId);
    const index = all.findIndex(({ id }) => id === secret.id);
    const former = all[index];
    if (former === undefined) all.push(secret);
    else all[index] = { ...former, secret: secret.secret };
  }

  #of(tenantId: string): WebhookSecret[] {
    const all = this.#secrets.get(tenantId) ?? [];
    this.#secrets.set(tenantId, all);
    return all;
  }
}
