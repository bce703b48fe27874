import { chunkUnit, type UnitResult } from '@framefold/domain';
import { encoding } from '../activities.ts';
import type { EncodeBatchInput } from '../contract/workflows.ts';
import { countingRetries, retryEncoderFaults } from './retry-encoder-faults.ts';
import { runTogether } from './run-together.ts';

/**
 * Chunks of one workflow that are in the queue at once: more than any pool has slots, or fairness between users would
 * have no backlog to reorder.
 */
const CHUNKS_IN_FLIGHT = 100;

/**
 * Encodes a run of chunks.
 *
 * @param onEncoded called as each chunk is done
 */
export async function encodeChunks(
  input: EncodeBatchInput,
  onEncoded: (chunkIndex: number, result: UnitResult) => void,
): Promise<void> {
  const { jobId, source, planKey, generation, limits } = input;
  const { encodeChunk } = encoding(input.queue, limits.timeoutSec);
  const { firstChunk, chunkFrames, framesBefore } = input.chunks;
  let firstFrame = framesBefore;
  const tasks = chunkFrames.map((frames, offset) => {
    const chunkIndex = firstChunk + offset;
    const summary = `chunk ${chunkIndex} · frames ${firstFrame}-${firstFrame + frames - 1}`;
    firstFrame += frames;
    return async () => {
      const { result, retries } = await retryEncoderFaults(chunkUnit(chunkIndex), () =>
        encodeChunk.executeWithOptions({ summary }, [
          { jobId, source, planKey, chunkIndex, generation, limits },
        ]),
      );
      onEncoded(chunkIndex, countingRetries(result, retries));
    };
  });
  await runTogether(tasks, CHUNKS_IN_FLIGHT);
}
