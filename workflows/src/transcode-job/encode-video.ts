import { isHardwareEncoder } from '@framefold/domain';
import type { PlanRef } from '../contract/activities.ts';
import type { EncodeBatchInput, TranscodeJobInput } from '../contract/workflows.ts';
import { CHUNKS_PER_BATCH } from '../encode-batch/encode-in-batches.ts';
import { encodeRenditions } from './encode-renditions.ts';
import { encodeRun } from './encode-run.ts';
import type { JobLog } from './job-log.ts';

/** How long nobody may serve the GPU queue before its renditions are encoded in software, in seconds. */
const GPU_PATIENCE_SECONDS = 60;

/** The generation of each rendition that was encoded by itself. */
export type Generations = Readonly<Record<string, number>>;

/**
 * Encodes the picture: each chunk at all renditions together, or, where the plan has hardware encoders, each rendition
 * by itself, so that one of them can be encoded otherwise without the others.
 *
 * @param work all of the plan's chunks
 * @returns the generations that count; empty where the renditions were encoded together
 */
export async function encodeVideo(
  { gpuPatienceSeconds = GPU_PATIENCE_SECONDS }: TranscodeJobInput,
  { frozen }: PlanRef,
  work: EncodeBatchInput,
  log: JobLog,
): Promise<Generations> {
  const chunks = frozen.chunks.length;
  if (frozen.renditions.some(({ encoder }) => isHardwareEncoder(encoder))) {
    const inBatches = chunks * frozen.renditions.length > CHUNKS_PER_BATCH;
    return encodeRenditions({ work, inBatches, renditions: frozen.renditions, gpuPatienceSeconds }, log);
  }
  await encodeRun(work, chunks > CHUNKS_PER_BATCH, log);
  return {};
}
