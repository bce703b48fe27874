import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';

const STORE_SCHEME = 'store:';

/** The reference to a source that lies in the store. */
export function storedSource(key: string, sizeBytes: number): SourceRef {
  return { uri: `${STORE_SCHEME}${key}`, sizeBytes, inPlace: false };
}

/** Whose sources a worker may read: everybody's, or, where it has no sandbox, only files of its own machine. */
export type Trust = 'all' | 'local';

export interface SourceDeps {
  readonly store: ObjectStore;
  readonly trust: Trust;
}

/**
 * Refuses media that came from outside on a worker that may not read it.
 *
 * @throws {CodedError} SANDBOX_REQUIRED
 */
export function assertTrusted(trust: Trust, isLocalFile: boolean): void {
  if (trust === 'local' && !isLocalFile) {
    throw new CodedError('SANDBOX_REQUIRED', 'The worker has no sandbox and reads no media from outside.');
  }
}

/**
 * The file at which programs of this machine read a source.
 *
 * @throws {CodedError} SOURCE_NOT_FOUND when it is gone, SOURCE_CHANGED when a file read in place is not what it was,
 *   SANDBOX_REQUIRED when this worker may not read it
 */
export async function sourceFile(source: SourceRef, { store, trust }: SourceDeps): Promise<string> {
  assertTrusted(trust, source.inPlace);
  const path = source.uri.startsWith(STORE_SCHEME)
    ? store.localPath(source.uri.slice(STORE_SCHEME.length))
    : fileURLToPath(source.uri);
  if (path === undefined) throw new CodedError('INTERNAL', 'The store does not keep objects as local files.');
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new CodedError('SOURCE_NOT_FOUND', 'The source is no longer there.');
  const changed = source.modifiedAt !== undefined && Math.trunc(found.mtimeMs) !== source.modifiedAt;
  if (changed || found.size !== source.sizeBytes) {
    throw new CodedError('SOURCE_CHANGED', 'The source changed while the job ran.');
  }
  return path;
}
