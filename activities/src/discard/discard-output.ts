import { storeKeys } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';

/**
 * Removes a job's output, and keeps the log of its former runs, which lies there: the catalogue is restored from it, and
 * nobody writes it again unless the job is run again.
 *
 * @throws {CodedError} STORE_UNAVAILABLE
 */
export async function discardOutput(store: ObjectStore, jobId: string): Promise<void> {
  const output = storeKeys.output(jobId);
  const parts = new Set<string>();
  for await (const { key } of store.list(output)) {
    const slash = key.indexOf('/', output.length);
    parts.add(slash === -1 ? key : key.slice(0, slash + 1));
  }
  parts.delete(storeKeys.eventLog(jobId));
  // By folders: stores remove all of one at once.
  for (const part of parts) await (part.endsWith('/') ? store.deleteAll(part) : store.delete(part));
}
