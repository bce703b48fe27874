import { settleLimits } from '@framefold/domain';
import { CancellationScope } from '@temporalio/workflow';
import { batchStream, type EncodeBatchInput, type EncodeBatchResult } from '../contract/workflows.ts';
import { followJob } from '../controls/children.ts';
import { openRecorder } from '../event-log/open-recorder.ts';
import { encodeChunks } from './encode-chunks.ts';

/**
 * Encodes a part of a long job, so that the job's own history stays small. Records its chunks in a stream of its own
 * and ends when all of them are in the log, whatever else happened.
 */
export async function encodeBatch(given: EncodeBatchInput | EarlierInput): Promise<EncodeBatchResult> {
  followJob();
  const input = upToDate(given);
  const { jobId, chunks, rendition, generation, run } = input;
  const batch = {
    firstChunk: chunks.firstChunk,
    ...(rendition === undefined ? {} : { rendition }),
    generation,
    ...(run === undefined ? {} : { run }),
  };
  const recorder = openRecorder({ jobId, stream: batchStream(batch) });
  try {
    await encodeChunks(input, (data) => recorder.record({ type: 'ChunkEncoded', at: Date.now(), data }));
  } finally {
    await CancellationScope.nonCancellable(() => recorder.flush());
  }
  return { chunks: chunks.chunkFrames.length };
}

/** The input of batches that began under a version that limited their time alone. */
interface EarlierInput extends Omit<EncodeBatchInput, 'limits' | 'queue'> {
  readonly timeoutSeconds: number;
}

function upToDate(input: EncodeBatchInput | EarlierInput): EncodeBatchInput {
  if ('limits' in input) return input;
  const { limits } = settleLimits({ timeoutSec: input.timeoutSeconds }, {}, 0);
  return { ...input, limits, queue: 'default' };
}
