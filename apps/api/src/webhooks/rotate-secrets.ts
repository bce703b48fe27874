import type { Config } from '@framefold/config';
import { signingTerms } from '@framefold/domain';
import { createWebhookSecret } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';
import type { NewSecret, SecretList } from './webhook-schemas.ts';

const HOUR_MS = 3_600_000;

/** The secrets that sign a tenant's webhooks. */
@Injectable()
export class RotateSecrets {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Those that sign now. */
  async list(tenantId: string): Promise<SecretList> {
    const all = await this.backends.catalogue.webhookSecrets.list(tenantId);
    const overlapMs = this.config.webhooks.overlapHours * HOUR_MS;
    const terms = signingTerms(all, this.now(), overlapMs);
    return {
      secrets: terms.map(({ secret: { id, createdAt }, signsUntil }) => ({
        id,
        createdAt,
        ...(signsUntil === undefined ? {} : { signsUntil: Math.round(signsUntil) }),
      })),
    };
  }

  /** Makes a new secret, which signs from now on; the one before signs beside it for a while. */
  async rotate(tenantId: string): Promise<NewSecret> {
    const made = createWebhookSecret(this.now());
    await this.backends.catalogue.webhookSecrets.add(tenantId, made);
    return { ...made };
  }
}
