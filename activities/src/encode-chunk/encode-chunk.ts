import { chunkUnit, CodedError, scratchBytes, VIDEO_TIMESCALE, type PlannedChunk } from '@framefold/domain';
import type { EncodeActivities } from '@framefold/workflows/contract';
import { encodeUnit, type EncodeDeps } from '../encode-unit.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile } from '../source-file.ts';

/** Encodes one chunk of the picture at all renditions. */
export function encodeChunk(deps: EncodeDeps): EncodeActivities['encodeChunk'] {
  return async ({ jobId, source, planKey, chunkIndex, generation, limits }) => {
    const plan = await loadPlan(deps.store, planKey);
    const chunk = plan.chunks[chunkIndex];
    if (chunk === undefined) throw new CodedError('INTERNAL', `The plan has no chunk ${chunkIndex}.`);
    const file = await sourceFile(source, deps);
    return encodeUnit(deps, {
      jobId,
      unit: chunkUnit(chunkIndex),
      generation,
      frames: chunk.frames,
      limits,
      timeoutSeconds: limits.timeoutSec,
      scratchBytes: scratchBytes(plan.renditions, secondsOf(chunk)),
      argv: (scratchFolder) => deps.engine.chunkArgv({ sourceFile: file, plan, scratchFolder }, chunk),
      encode: (run) => deps.engine.encodeChunk({ sourceFile: file, plan, ...run }, chunk),
    });
  };
}

function secondsOf({ segments }: PlannedChunk): number {
  return ((segments.at(-1)?.endTicks ?? 0) - (segments[0]?.startTicks ?? 0)) / VIDEO_TIMESCALE;
}
