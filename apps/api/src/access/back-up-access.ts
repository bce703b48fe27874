import { isDeepStrictEqual } from 'node:util';
import {
  DEFAULT_TENANT,
  mergeAccessRows,
  storeKeys,
  type AccessBackup,
  type AccessRows,
} from '@framefold/domain';
import type { AccessStore, ObjectStore } from '@framefold/platform';
import { Logger } from '@nestjs/common';
import { startRounds, type Rounds } from '../rounds.ts';
import { readAccessBackup } from './access-backup.ts';

/** Time between two looks at the tables, in ms: what a lost catalogue loses of tenants and keys at most. */
const LOOK_MS = 30_000;

const NO_ROWS: AccessRows = { tenants: [], keys: [] };

interface Deps {
  readonly access: Pick<AccessStore, 'rows'>;
  readonly store: Pick<ObjectStore, 'get' | 'put'>;
}

/**
 * Brings the backup of tenants and keys up to date, if something has changed. What it has and the tables lack stays in it:
 * a catalogue that was begun anew does not wipe out the backup that it is to be restored from. Several processes may do
 * so at once: the last one wins, and what it left out is put in by the next round of any.
 *
 * @param now ms since the epoch
 * @throws {DamagedBackupError} one that cannot be read is never replaced
 */
export async function backUpAccess({ access, store }: Deps, now: number): Promise<void> {
  const former = await readAccessBackup(store);
  const rows = mergeAccessRows(former ?? NO_ROWS, await access.rows());
  if (former === undefined ? isUntouched(rows) : isDeepStrictEqual(rowsOf(former), rows)) return;
  const backup = { version: 1, writtenAt: now, ...rows } satisfies Record<keyof AccessBackup, unknown>;
  await store.put(storeKeys.accessBackup(), JSON.stringify(backup));
}

/** Keeps the backup up to date until it is stopped, and once more then. */
export function startAccessBackup(deps: Deps): Rounds {
  const logger = new Logger('access');
  const work = (): Promise<void> => backUpAccess(deps, Date.now());
  const onError = (error: unknown): void =>
    logger.error(`Tenants and keys are not backed up: ${String(error)}`);
  const rounds = startRounds(work, onError, LOOK_MS);
  return {
    async stop(): Promise<void> {
      await rounds.stop();
      await work().catch(onError);
    },
  };
}

/** Whether there is nothing but what every catalogue begins with. */
function isUntouched({ tenants, keys }: AccessRows): boolean {
  return keys.length === 0 && tenants.every(({ id, changedAt }) => id === DEFAULT_TENANT && changedAt === 0);
}

function rowsOf({ tenants, keys }: AccessBackup): AccessRows {
  return { tenants, keys };
}
