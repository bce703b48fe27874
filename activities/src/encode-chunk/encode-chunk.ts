import { chunkUnit, CodedError } from '@framefold/domain';
import type { EncodeActivities } from '@framefold/workflows/contract';
import { encodeUnit, type EncodeDeps } from '../encode-unit.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile } from '../source-file.ts';

/** Encodes one chunk of the picture at all renditions. */
export function encodeChunk(deps: EncodeDeps): EncodeActivities['encodeChunk'] {
  return async ({ jobId, source, planKey, chunkIndex, generation, timeoutSeconds }) => {
    const plan = await loadPlan(deps.store, planKey);
    const chunk = plan.chunks[chunkIndex];
    if (chunk === undefined) throw new CodedError('INTERNAL', `The plan has no chunk ${chunkIndex}.`);
    const file = await sourceFile(source, deps.store);
    return encodeUnit(deps, {
      jobId,
      unit: chunkUnit(chunkIndex),
      generation,
      frames: chunk.frames,
      argv: (scratchFolder) => deps.engine.chunkArgv({ sourceFile: file, plan, scratchFolder }, chunk),
      encode: (run) => deps.engine.encodeChunk({ sourceFile: file, plan, timeoutSeconds, ...run }, chunk),
    });
  };
}
