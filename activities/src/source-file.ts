import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { CodedError, takesWork } from '@framefold/domain';
import type { LocalCopies, ObjectStore, UseOptions } from '@framefold/platform';
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
  readonly copies: Pick<LocalCopies, 'use'>;
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
  for (const report of await workerReports(store)) {
    if (report.isolation === 'sandbox' && takesWork(report, taskQueue, Date.now()))
      throw new CodedError('WORKER_BUSY', 'The worker has no sandbox; another is to read this media.');
  }
  throw new CodedError(
    'SANDBOX_REQUIRED',
    'No worker has a sandbox, without which no media from outside is read.',
  );
}

/** A source that programs of this machine can read. */
export interface SourceFile {
  /** Where it lies, for records: a path, or the key in a store whose objects are no local files. */
  readonly place: string;
  /** Gives `work` the file; what is not local is fetched before, and kept for who needs it next. */
  use<T>(work: (file: string) => Promise<T>, options: UseOptions): Promise<T>;
}

/**
 * Finds a source.
 *
 * @throws {CodedError} SOURCE_NOT_FOUND when it is gone, SOURCE_CHANGED when it is not what it was, WORKER_BUSY or
 *   SANDBOX_REQUIRED when this worker may not read it
 */
export async function sourceFile(source: SourceRef, deps: SourceDeps): Promise<SourceFile> {
  await assertTrusted(deps, source.inPlace || source.generated === true);
  if (!source.uri.startsWith(STORE_SCHEME)) return localFile(fileURLToPath(source.uri), source);
  const key = source.uri.slice(STORE_SCHEME.length);
  const path = deps.store.localPath(key);
  return path === undefined ? remoteFile(key, source, deps) : localFile(path, source);
}

async function localFile(path: string, { sizeBytes, modifiedAt }: SourceRef): Promise<SourceFile> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new CodedError('SOURCE_NOT_FOUND', 'The source is no longer there.');
  const changed = modifiedAt !== undefined && Math.trunc(found.mtimeMs) !== modifiedAt;
  if (changed || found.size !== sizeBytes)
    throw new CodedError('SOURCE_CHANGED', 'The source changed while the job ran.');
  return { place: path, use: (work) => work(path) };
}

async function remoteFile(
  key: string,
  { sizeBytes }: SourceRef,
  { store, copies }: SourceDeps,
): Promise<SourceFile> {
  const found = await store.head(key);
  if (found === undefined) throw new CodedError('SOURCE_NOT_FOUND', 'The source is no longer there.');
  if (found.sizeBytes !== sizeBytes)
    throw new CodedError('SOURCE_CHANGED', 'The source changed while the job ran.');
  return { place: key, use: (work, options) => copies.use(found, work, options) };
}

/** Gives `work` the files of several sources, in their order. */
export async function useFiles<T>(
  [first, ...others]: readonly SourceFile[],
  work: (files: readonly string[]) => Promise<T>,
  options: UseOptions,
): Promise<T> {
  if (first === undefined) return work([]);
  return first.use((file) => useFiles(others, (files) => work([file, ...files]), options), options);
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
