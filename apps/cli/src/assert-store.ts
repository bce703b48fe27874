import { CodedError, storeKeys } from '@framefold/domain';
import { createStore, type StorePlace } from '@framefold/platform/store';
import { CommandError } from './command-error.ts';

/**
 * Writes to the store that is configured and removes what it wrote, before anything is started that would wait for it.
 *
 * @throws {CommandError} STORE_UNAVAILABLE, with what the store said
 */
export async function assertStore(place: StorePlace): Promise<void> {
  const store = await createStore(place);
  const key = storeKeys.health(`up-${process.pid}`);
  try {
    await store.put(key, '');
    await store.delete(key);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { cause } = error.detail;
    const reason = typeof cause === 'string' ? cause : error.message;
    const fault = `${nameOf(place)} cannot be used: ${reason}`;
    throw new CommandError('STORE_UNAVAILABLE', fault, hintFor(place));
  }
}

function nameOf(place: StorePlace): string {
  return place.kind === 'folder' ? `The folder ${place.folder}` : `The bucket ${place.bucket}`;
}

function hintFor(place: StorePlace): string {
  return place.kind === 'folder'
    ? 'Give this user the right to write there, or name another place in FRAMEFOLD_STORE.'
    : 'Check FRAMEFOLD_STORE, FRAMEFOLD_S3_ENDPOINT, FRAMEFOLD_S3_REGION and the credentials (AWS_ACCESS_KEY_ID and its like).';
}
