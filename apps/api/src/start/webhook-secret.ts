import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@framefold/config';
import { DEFAULT_TENANT, type WebhookSecret } from '@framefold/domain';
import type { WebhookSecrets } from '@framefold/platform';

/** The id of the secret that comes from the configuration or the state folder. */
const FIRST = 'first';

/**
 * Sees to it that the default tenant has its first secret: the configured one, also when that has changed; or one that
 * is made once and kept in the state folder, readable by its owner alone.
 */
export async function keepFirstSecret(
  { webhookSecret: configured, home }: Pick<Config, 'webhookSecret' | 'home'>,
  secrets: WebhookSecrets,
): Promise<void> {
  const first = (text: string): WebhookSecret => ({
    id: FIRST,
    createdAt: Date.now(),
    secret: toStandardSecret(text),
  });
  if (configured !== undefined) await secrets.put(DEFAULT_TENANT, first(configured));
  else await secrets.add(DEFAULT_TENANT, first(await keptSecret(home)));
}

/**
 * Text as a secret of Standard Webhooks: the key is its bytes, which is what verifying libraries call the raw format.
 * One that has that form already is taken as it is.
 */
function toStandardSecret(text: string): string {
  return text.startsWith('whsec_') ? text : `whsec_${Buffer.from(text, 'latin1').toString('base64')}`;
}

async function keptSecret(home: string): Promise<string> {
  const path = join(home, 'webhook-secret');
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  const made = randomBytes(32).toString('base64url');
  await mkdir(home, { recursive: true });
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}
