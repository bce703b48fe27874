import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { CodedError, takesWork } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { JobSources, SourceRef } from '@framefold/workflows/contract';
import { workerReports } from './worker-reports.ts';

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
 * @throws {CodedError} WORKER_BUSY when a worker with a sandbox takes tasks of the same queue, else SANDBOX_REQUIRED
 */
export async function assertTrusted({ store, trust }: SourceDeps, isLocalFile: boolean): Promise<void> {
  if (trust === 'all' || isLocalFile) return;
  const { taskQueue } = Context.current().info;
  for await (const report of workerReports(store)) {
    if (report.isolation === 'sandbox' && takesWork(report, taskQueue, Date.now()))
      throw new CodedError('WORKER_BUSY', 'The worker has no sandbox; another is to read this media.');
  }
  throw new CodedError(
    'SANDBOX_REQUIRED',
    'No worker has a sandbox, without which no media from outside is read.',
  );
}

/**
 * The file at which programs of this machine read a source.
 *
 * @throws {CodedError} SOURCE_NOT_FOUND when it is gone, SOURCE_CHANGED when a file read in place is not what it was,
 *   WORKER_BUSY or SANDBOX_REQUIRED when this worker may not read it
 */
export async function sourceFile(source: SourceRef, { store, trust }: SourceDeps): Promise<string> {
  await assertTrusted({ store, trust }, source.inPlace || source.generated === true);
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

/** The sources of a job, in the order in which they are shown. */
export function sourcesOf({ source, appended = [] }: JobSources): readonly SourceRef[] {
  return [source, ...appended];
}

/** One of a job's sources. @throws {CodedError} INTERNAL when it has none such */
export function sourceOf(sources: JobSources, input: number): SourceRef {
  const found = sourcesOf(sources)[input];
  if (found === undefined) throw new CodedError('INTERNAL', `The job has no source ${input}.`);
  return found;
}
