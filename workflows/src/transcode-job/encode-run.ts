import type { EncodeBatchInput } from '../contract/workflows.ts';
import { encodeChunks } from '../encode-batch/encode-chunks.ts';
import { encodeInBatches } from '../encode-batch/encode-in-batches.ts';
import type { JobLog } from './job-log.ts';

/**
 * Encodes chunks and logs them.
 *
 * @param inBatches whether child workflows do it, so that this one's history stays small
 * @param onEncoded called as each chunk or batch is done
 */
export async function encodeRun(
  work: EncodeBatchInput,
  inBatches: boolean,
  log: JobLog,
  onEncoded: () => void = () => undefined,
): Promise<void> {
  if (inBatches) {
    await encodeInBatches(work, (batch) => {
      log.countBatch(batch.chunkFrames.length, work.rendition);
      onEncoded();
    });
  } else {
    await encodeChunks(work, (encoded) => {
      log.append('ChunkEncoded', encoded);
      onEncoded();
    });
  }
}
