import { AttemptRecord, storeKeys } from '@framefold/domain';
import type { Catalogue, ObjectStore } from '@framefold/platform';

/** Records that are read from the store at once. */
const AT_ONCE = 32;

/**
 * Copies the records of a job's attempts from the store into the catalogue: those that it does not have, or not the end
 * of. Doing it again changes nothing.
 *
 * @throws {CodedError} STORE_UNAVAILABLE, CATALOGUE_UNAVAILABLE
 */
export async function recordAttempts(
  { catalogue, store }: { readonly catalogue: Pick<Catalogue, 'attempts'>; readonly store: ObjectStore },
  jobId: string,
): Promise<void> {
  const prefix = storeKeys.attempts(jobId);
  const ended = await catalogue.attempts.ended(jobId);
  const missing: string[] = [];
  for await (const { key } of store.list(prefix))
    if (!ended.has(key.slice(prefix.length).replace(/\.json$/, ''))) missing.push(key);
  for (let from = 0; from < missing.length; from += AT_ONCE) {
    const read = missing.slice(from, from + AT_ONCE).map((key) => readAttempt(store, key));
    await catalogue.attempts.put((await Promise.all(read)).flat());
  }
}

/** Empty for what is damaged, or in the form of another version: no job is held up by that. */
async function readAttempt(store: ObjectStore, key: string): Promise<AttemptRecord[]> {
  const stored = await store.get(key);
  try {
    return [AttemptRecord.parse(JSON.parse(String(stored)))];
  } catch {
    return [];
  }
}
