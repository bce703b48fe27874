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
import { sourceOf } from '../source-file.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { chunkSource } from '../chunk-source.ts';

/** Encodes one chunk of the picture, at all renditions or at one of them. */
export function encodeChunk(deps: EncodeDeps): EncodeActivities['encodeChunk'] {
  return async (input) => {
    const { jobId, planKey, chunkIndex, rendition, generation, limits, sliced = false } = input;
    const plan = planFor(await loadPlan(deps.store, planKey), input);
    const chunk = plan.chunks[chunkIndex];
    if (chunk === undefined) throw new CodedError('INTERNAL', `The plan has no chunk ${chunkIndex}.`);
    const hardware = plan.renditions.find(({ encoder }) => isHardwareEncoder(encoder));
    const source = sourceOf(input, chunk.input);
    const read = await chunkSource(deps, { jobId, source, plan, chunk, sliced });
    return encodeUnit(deps, {
      jobId,
      unit: chunkUnit(chunkIndex, rendition),
      generation,
      ...(hardware === undefined ? {} : { hardwareEncoder: hardware.encoder }),
      frames: chunk.frames,
      limits,
      scratchBytes: scratchBytes(plan.renditions, secondsOf(chunk)) + read.copyBytes,
      argv: (scratchFolder) =>
        deps.engine.chunkArgv({ sourceFiles: [read.place], plan: read.plan, scratchFolder }, chunk),
      encode: (run) =>
        read.use(run, (sourceFile) =>
          deps.engine.encodeChunk({ sourceFiles: [sourceFile], plan: read.plan, ...run }, chunk),
        ),
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
