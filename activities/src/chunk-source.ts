import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CodedError, storeKeys, type Plan, type PlannedChunk } from '@framefold/domain';
import { planOfSlice } from '@framefold/media';
import type { ObjectStore } from '@framefold/platform';
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
  /** Gives the file that programs read. */
  readonly fetch: (folder: string) => Promise<string>;
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
  return { plan, place: file, copyBytes: 0, fetch: () => Promise.resolve(file) };
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
  if (local !== undefined) return { place: local, copyBytes: 0, fetch: () => Promise.resolve(local) };
  return {
    place: key,
    copyBytes: found.sizeBytes,
    fetch: async (folder) => {
      const body = await store.stream(key);
      if (body === undefined)
        throw new CodedError('SOURCE_NOT_FOUND', `The slice of chunk ${chunkIndex} is gone.`);
      const file = join(folder, 'slice');
      await pipeline(body, createWriteStream(file));
      return file;
    },
  };
}
