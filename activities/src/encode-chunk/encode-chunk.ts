import {
  chunkUnit,
  CodedError,
  inSoftware,
  isHardwareEncoder,
  scratchBytes,
  VIDEO_TIMESCALE,
  type Plan,
  type PlannedChunk,
} from '@framefold/domain';
import type { EncodeActivities, EncodeChunkInput } from '@framefold/workflows/contract';
import { encodeUnit, type EncodeDeps } from '../encode-unit.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile } from '../source-file.ts';

/** Encodes one chunk of the picture, at all renditions or at one of them. */
export function encodeChunk(deps: EncodeDeps): EncodeActivities['encodeChunk'] {
  return async (input) => {
    const { jobId, source, planKey, chunkIndex, rendition, generation, limits } = input;
    const plan = planFor(await loadPlan(deps.store, planKey), input);
    const chunk = plan.chunks[chunkIndex];
    if (chunk === undefined) throw new CodedError('INTERNAL', `The plan has no chunk ${chunkIndex}.`);
    const hardware = plan.renditions.find(({ encoder }) => isHardwareEncoder(encoder));
    const file = await sourceFile(source, deps);
    return encodeUnit(deps, {
      jobId,
      unit: chunkUnit(chunkIndex, rendition),
      generation,
      ...(hardware === undefined ? {} : { hardwareEncoder: hardware.encoder }),
      frames: chunk.frames,
      limits,
      scratchBytes: scratchBytes(plan.renditions, secondsOf(chunk)),
      argv: (scratchFolder) => deps.engine.chunkArgv({ sourceFile: file, plan, scratchFolder }, chunk),
      encode: (run) => deps.engine.encodeChunk({ sourceFile: file, plan, ...run }, chunk),
    });
  };
}

/** The plan with the renditions that this unit is of, by the encoder that it is to take. */
function planFor(plan: Plan, { rendition, software = false }: EncodeChunkInput): Plan {
  const wanted = plan.renditions.filter(({ name }) => rendition === undefined || name === rendition);
  if (wanted.length === 0) throw new CodedError('INTERNAL', `The plan has no rendition ${rendition}.`);
  return { ...plan, renditions: software ? wanted.map(inSoftware) : wanted };
}

function secondsOf({ segments }: PlannedChunk): number {
  return ((segments.at(-1)?.endTicks ?? 0) - (segments[0]?.startTicks ?? 0)) / VIDEO_TIMESCALE;
}
