import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@framefold/config';

/**
 * The secret that signs webhooks: the configured one, or one that is made once and kept in the state folder, readable
 * by its owner alone.
 */
export async function webhookSecret({
  webhookSecret: configured,
  home,
}: Pick<Config, 'webhookSecret' | 'home'>): Promise<string> {
  if (configured !== undefined) return configured;
  const path = join(home, 'webhook-secret');
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  const made = randomBytes(32).toString('base64url');
  await mkdir(home, { recursive: true });
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}
