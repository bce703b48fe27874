import { CodedError } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { verifyTree, type PlannedSegment, type TreeReader } from '@framefold/verify';

/** No place of the world: a tree that is merged has none yet. */
const ROOT = 'output:///';
/** A fault often repeats on all segments that follow. */
const TOLD_FINDINGS = 3;

/** A tree on its way: what is in the store, and what is to be put there when all is well. */
export interface MergedTree {
  readonly master: string;
  /** Files by their path in the tree, in place of those that the store may have. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Gives the store's key of a path in the tree. */
  readonly keyOf: (path: string) => string;
  /** Segments by the path of their playlist. */
  readonly planned: ReadonlyMap<string, readonly PlannedSegment[]>;
}

/**
 * Verifies a tree by the code that `framefold verify` uses, and against its plan. Of each segment one window of bytes
 * is read, so the cost grows with their number.
 *
 * @throws {CodedError} OUTPUT_INVALID with the codes of what is wrong
 */
export async function verifyMerged(store: ObjectStore, tree: MergedTree, signal: AbortSignal): Promise<void> {
  const { findings } = await verifyTree(readerOf(store, tree, signal), ROOT + tree.master, {
    planned: tree.planned,
  });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const told = errors
    .slice(0, TOLD_FINDINGS)
    .map(({ code, where, message }) => `${code}: ${where}: ${message}`);
  const more = errors.length - told.length;
  throw new CodedError('OUTPUT_INVALID', [...told, ...(more > 0 ? [`And ${more} more.`] : [])].join(' '));
}

function readerOf(store: ObjectStore, { files, keyOf }: MergedTree, signal: AbortSignal): TreeReader {
  const pathOf = (uri: string): string => decodeURIComponent(uri.slice(ROOT.length));
  return {
    read: async (uri, range) => {
      // A worker that drains hands the merge back; the next one begins anew, and writes the same.
      signal.throwIfAborted();
      const path = pathOf(uri);
      const bytes = files.get(path);
      if (bytes !== undefined) return bytes.subarray(range?.start, range?.end);
      if (range === undefined) return store.get(keyOf(path));
      const stream = await store.stream(keyOf(path), range);
      return stream === undefined ? undefined : Buffer.concat(await stream.toArray());
    },
    sizeOf: async (uri) =>
      files.get(pathOf(uri))?.length ?? (await store.head(keyOf(pathOf(uri))))?.sizeBytes,
  };
}
