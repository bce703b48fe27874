import { AccessBackup, fieldIssues, storeKeys } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { DamagedRecordError } from '../catalogue/damaged-record-error.ts';

/** The backup of tenants and keys is there and cannot be used. */
export class DamagedBackupError extends DamagedRecordError {
  override readonly name = 'DamagedBackupError';
  readonly code = 'ACCESS_BACKUP_DAMAGED';
  readonly hint =
    `Put a good copy of ${storeKeys.accessBackup()} in its place in the store and rebuild again; ` +
    'or remove it, and it is written anew from the keys and tenants that there are.';

  constructor(reason: string, options?: ErrorOptions) {
    super(`The backup of tenants and keys is damaged: ${reason}`, options);
  }
}

/**
 * The backup of tenants and keys, or undefined where there is none.
 *
 * @throws {DamagedBackupError}
 * @throws {CodedError} STORE_UNAVAILABLE
 */
export async function readAccessBackup(store: Pick<ObjectStore, 'get'>): Promise<AccessBackup | undefined> {
  const bytes = await store.get(storeKeys.accessBackup());
  if (bytes === undefined) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new DamagedBackupError('it is not JSON.', { cause: error });
  }
  const { data, error } = AccessBackup.safeParse(document);
  if (error === undefined) return data;
  const [first] = fieldIssues(error.issues);
  throw new DamagedBackupError(`${first?.path ?? ''} ${first?.message ?? ''}.`);
}
