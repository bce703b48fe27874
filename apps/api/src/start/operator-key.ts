import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DEFAULT_TENANT, isUsable } from '@framefold/domain';
import type { AccessStore } from '@framefold/platform';
import { formatKey, hashSecret, makeKey, matches, parseKey } from '../access/key-text.ts';

/**
 * Sees to it that whoever owns the state folder has an admin key: the one in the file, or, when that is none that works,
 * a new one, readable by the owner alone. So there is a first key, and one when all others are lost.
 *
 * @param path of the file
 * @param now ms since the epoch
 */
export async function keepOperatorKey(access: AccessStore, path: string, now: number): Promise<void> {
  const kept = parseKey((await readFile(path, 'utf8').catch(() => '')).trim());
  const found = kept === undefined ? undefined : await access.key(kept.id);
  if (kept !== undefined && found !== undefined) {
    if (matches(kept.secret, found.key.secretHash) && isUsable(found.key, now)) return;
  }
  const made = makeKey();
  await mkdir(dirname(path), { recursive: true });
  await access.createKey({
    id: made.id,
    tenantId: DEFAULT_TENANT,
    name: 'state folder',
    scopes: ['admin'],
    createdAt: now,
    secretHash: hashSecret(made.secret),
  });
  await writeFile(`${path}.new`, `${formatKey(made)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
