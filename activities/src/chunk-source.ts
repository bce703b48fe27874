import { join } from 'node:path';
import { CodedError, storeKeys, type Plan, type PlannedChunk } from '@framefold/domain';
import { planOfSlice } from '@framefold/media';
import { fetchObject, type ObjectStore, type UseOptions } from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import { sourceFile, type SourceDeps } from './source-file.ts';

/** What a chunk is made from: the source where it lies, or the chunk's own piece of it. */
export interface ChunkSource {
  /** Where it lies, for the record. */
  readonly place: string;
  /** The plan as it is carried out on it. */
  readonly plan: Plan;
  /** Room that a copy takes, where one is needed. */
  readonly copyBytes: number;
  /** Gives `work` the file that programs read; what is not local is fetched before. */
  use<T>(run: SourceUse, work: (file: string) => Promise<T>): Promise<T>;
}

/** Where and how the file of a chunk's source is needed. */
export interface SourceUse extends UseOptions {
  /** Where a piece of the chunk's own may lie. */
  readonly scratchFolder: string;
}

/**
 * Finds what a chunk is made from.
 *
 * @throws {CodedError} SOURCE_NOT_FOUND when it is gone; what {@link sourceFile} throws
 */
export async function chunkSource(
  deps: SourceDeps,
  {
    jobId,
    source,
    plan,
    chunk,
    sliced,
  }: {
    readonly jobId: string;
    readonly source: SourceRef;
    readonly plan: Plan;
    readonly chunk: PlannedChunk;
    readonly sliced: boolean;
  },
): Promise<ChunkSource> {
  if (sliced) return { plan: planOfSlice(plan, chunk), ...(await findSlice(deps.store, jobId, chunk.index)) };
  const file = await sourceFile(source, deps);
  return { plan, place: file.place, copyBytes: 0, use: (run, work) => file.use(work, run) };
}

async function findSlice(
  store: ObjectStore,
  jobId: string,
  chunkIndex: number,
): Promise<Omit<ChunkSource, 'plan'>> {
  const key = storeKeys.slice(jobId, chunkIndex);
  const found = await store.head(key);
  if (found === undefined)
    throw new CodedError('SOURCE_NOT_FOUND', `The slice of chunk ${chunkIndex} is gone.`);
  const local = store.localPath(key);
  if (local !== undefined) return { place: local, copyBytes: 0, use: (_run, work) => work(local) };
  return {
    place: key,
    copyBytes: found.sizeBytes,
    use: async ({ scratchFolder, signal, onFetched }, work) => {
      const file = join(scratchFolder, 'slice');
      const bytes = await fetchObject(store, key, file, signal);
      if (bytes === undefined)
        throw new CodedError('SOURCE_NOT_FOUND', `The slice of chunk ${chunkIndex} is gone.`);
      onFetched?.(bytes);
      return work(file);
    },
  };
}
