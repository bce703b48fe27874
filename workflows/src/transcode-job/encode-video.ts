import { isHardwareEncoder } from '@framefold/domain';
import type { PlanRef } from '../contract/activities.ts';
import type { EncodeBatchInput, TranscodeJobInput } from '../contract/workflows.ts';
import { CHUNKS_PER_BATCH } from '../encode-batch/encode-in-batches.ts';
import { encodeRenditions } from './encode-renditions.ts';
import { encodeRun } from './encode-run.ts';
import type { JobLog } from './job-log.ts';
import type { Redos } from './redos.ts';

/** How long nobody may serve the GPU queue before its renditions are encoded in software, in seconds. */
const GPU_PATIENCE_SECONDS = 60;

/** The generation of each rendition that was encoded by itself. */
export type Generations = Readonly<Record<string, number>>;

/**
 * Encodes the picture: each chunk at all renditions together, or, where the plan has hardware encoders, each rendition
 * by itself, so that one of them can be encoded otherwise without the others.
 *
 * @param work all of the plan's chunks
 * @param redos what is wanted again, in software; taken up when everything has been encoded once
 * @returns the generations that count of renditions that were encoded by themselves
 */
export async function encodeVideo(
  { gpuPatienceSeconds = GPU_PATIENCE_SECONDS }: TranscodeJobInput,
  { frozen }: PlanRef,
  work: EncodeBatchInput,
  log: JobLog,
  redos: Redos,
): Promise<Generations> {
  const chunks = frozen.chunks.length;
  if (frozen.renditions.some(({ encoder }) => isHardwareEncoder(encoder))) {
    const inBatches = chunks * frozen.renditions.length > CHUNKS_PER_BATCH;
    const renditions = { work, inBatches, renditions: frozen.renditions, gpuPatienceSeconds };
    const generations = await encodeRenditions(renditions, log, redos);
    return { ...generations, ...(await encodeAgain(work, log, redos)) };
  }
  await encodeRun(work, chunks > CHUNKS_PER_BATCH, log);
  return encodeAgain(work, log, redos);
}

/** Encodes what somebody wants again, in software: what a hardware encoder did badly it would do so again. */
async function encodeAgain(work: EncodeBatchInput, log: JobLog, redos: Redos): Promise<Generations> {
  const generations: Record<string, number> = {};
  for (let redo = redos.next(); redo !== undefined; redo = redos.next()) {
    generations[redo.rendition] = redo.generation;
    const inBatches = work.chunks.chunkFrames.length > CHUNKS_PER_BATCH;
    await encodeRun({ ...work, ...redo, software: true }, inBatches, log);
  }
  return generations;
}
