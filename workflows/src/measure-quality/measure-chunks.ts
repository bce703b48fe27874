import { qualityUnit } from '@framefold/domain';
import { measuring } from '../activities.ts';
import type { MeasureBatchInput } from '../contract/workflows.ts';
import { CHUNKS_IN_FLIGHT } from '../encode-batch/encode-chunks.ts';
import { retryEncoderFaults } from '../encode-batch/retry-encoder-faults.ts';
import { runTogether } from '../encode-batch/run-together.ts';

/**
 * Compares a run of chunks with the source.
 *
 * @throws the first fault, when all others have come to rest
 */
export async function measureChunks({ chunks, queue, ...work }: MeasureBatchInput): Promise<void> {
  const { measureQuality } = measuring(queue, work.limits.timeoutSec);
  const tasks = chunks.chunkFrames.map((_, offset) => async () => {
    const chunkIndex = chunks.firstChunk + offset;
    await retryEncoderFaults(qualityUnit(chunkIndex), () =>
      measureQuality.executeWithOptions({ summary: `quality of chunk ${chunkIndex}` }, [
        { ...work, chunkIndex },
      ]),
    );
  });
  await runTogether(tasks, CHUNKS_IN_FLIGHT);
}
