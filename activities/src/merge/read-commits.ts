import {
  chunkUnit,
  CodedError,
  CommitRecord,
  storeKeys,
  SubtitleRecord,
  type EncodedRendition,
  type Plan,
} from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { MergeInput } from '@framefold/workflows/contract';

/** Finds what the chunks of a rendition gave, in units of their own or in those of all renditions. */
export function pictureParts(
  store: ObjectStore,
  plan: Plan,
  { jobId, generation, generations = {} }: MergeInput,
): (rendition: string) => Promise<EncodedRendition[]> {
  const ownGenerations = new Map(Object.entries(generations));
  let shared: Promise<CommitRecord[]> | undefined;
  const read = (raised: number, rendition?: string): Promise<CommitRecord[]> =>
    Promise.all(
      plan.chunks.map(({ index }) => readCommit(store, jobId, chunkUnit(index, rendition), raised)),
    );
  return async (rendition) => {
    const own = ownGenerations.get(rendition);
    const records = own === undefined ? (shared ??= read(generation)) : read(own, rendition);
    return (await records).map((record) => partOf(record, rendition));
  };
}

/** What one chunk gave for each rendition, in units of their own or in that of all of them; in the order of `names`. */
export async function chunkParts(
  store: ObjectStore,
  { jobId, generation, generations = {} }: Pick<MergeInput, 'jobId' | 'generation' | 'generations'>,
  chunkIndex: number,
  names: readonly string[],
): Promise<EncodedRendition[]> {
  const ownGenerations = new Map(Object.entries(generations));
  const parts: EncodedRendition[] = [];
  let shared: CommitRecord | undefined;
  for (const name of names) {
    const own = ownGenerations.get(name);
    const record =
      own === undefined
        ? (shared ??= await readCommit(store, jobId, chunkUnit(chunkIndex), generation))
        : await readCommit(store, jobId, chunkUnit(chunkIndex, name), own);
    parts.push(partOf(record, name));
  }
  return parts;
}

/**
 * Reads what is on record of a track of text.
 *
 * @throws {CodedError} OUTPUT_INVALID when there is none
 */
export async function readSubtitles(
  store: ObjectStore,
  jobId: string,
  name: string,
  generation: number,
): Promise<SubtitleRecord> {
  const stored = await store.get(storeKeys.commit(jobId, name, generation));
  if (stored === undefined) throw new CodedError('OUTPUT_INVALID', `Nothing is committed for ${name}.`);
  return SubtitleRecord.parse(JSON.parse(stored.toString()));
}

/**
 * Reads what a unit committed.
 *
 * @throws {CodedError} OUTPUT_INVALID when it committed nothing
 */
export async function readCommit(
  store: ObjectStore,
  jobId: string,
  unit: string,
  generation: number,
): Promise<CommitRecord> {
  const stored = await store.get(storeKeys.commit(jobId, unit, generation));
  if (stored === undefined) throw new CodedError('OUTPUT_INVALID', `Nothing is committed for ${unit}.`);
  return CommitRecord.parse(JSON.parse(stored.toString()));
}

/**
 * What a unit gave for one rendition.
 *
 * @throws {CodedError} OUTPUT_INVALID when it gave nothing for it
 */
export function partOf(record: CommitRecord, name: string): EncodedRendition {
  const part = record.renditions.find((rendition) => rendition.name === name);
  if (part === undefined) throw new CodedError('OUTPUT_INVALID', `${record.unit} lacks rendition ${name}.`);
  return part;
}
