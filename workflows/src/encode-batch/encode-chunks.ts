import { chunkUnit, type JobEventData } from '@framefold/domain';
import { encoding } from '../activities.ts';
import type { EncodeBatchInput } from '../contract/workflows.ts';
import { countingRetries, retryEncoderFaults } from './retry-encoder-faults.ts';
import { runTogether } from './run-together.ts';

/**
 * Chunks of one workflow that are in the queue at once: more than any pool has slots, or fairness between users would
 * have no backlog to reorder.
 */
export const CHUNKS_IN_FLIGHT = 100;

/**
 * Encodes a run of chunks.
 *
 * @param onEncoded called as each chunk is done
 */
export async function encodeChunks(
  input: EncodeBatchInput,
  onEncoded: (encoded: JobEventData<'ChunkEncoded'>) => void,
): Promise<void> {
  const { jobId, source, appended, planKey, generation, limits, rendition } = input;
  const { software = false, sliced = false } = input;
  const alone = rendition === undefined ? {} : { rendition };
  const { encodeChunk } = encoding(input.queue, resourceOf(input), limits.timeoutSec);
  const { firstChunk, chunkFrames, framesBefore } = input.chunks;
  let firstFrame = framesBefore;
  const tasks = chunkFrames.map((frames, offset) => {
    const chunkIndex = firstChunk + offset;
    const place = `chunk ${chunkIndex} · frames ${firstFrame}-${firstFrame + frames - 1}`;
    const summary = rendition === undefined ? place : `${rendition} · ${place}`;
    firstFrame += frames;
    return async () => {
      const { result, retries } = await retryEncoderFaults(chunkUnit(chunkIndex, rendition), () =>
        encodeChunk.executeWithOptions({ summary }, [
          {
            ...{ jobId, source, planKey, chunkIndex, generation, limits },
            ...(appended === undefined ? {} : { appended }),
            ...alone,
            ...(software ? { software } : {}),
            ...(sliced ? { sliced } : {}),
          },
        ]),
      );
      onEncoded({ chunkIndex, result: countingRetries(result, retries), ...alone });
    };
  });
  await runTogether(tasks, CHUNKS_IN_FLIGHT);
}

/** A rendition by itself comes from its hardware encoder, unless it is to come from software. */
function resourceOf({ rendition, software = false }: EncodeBatchInput): 'cpu' | 'gpu' {
  return rendition === undefined || software ? 'cpu' : 'gpu';
}
