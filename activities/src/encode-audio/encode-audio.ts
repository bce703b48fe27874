import { CodedError, VIDEO_TIMESCALE } from '@framefold/domain';
import type { MediaActivities } from '@framefold/workflows/contract';
import { encodeUnit, type EncodeDeps } from '../encode-unit.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile } from '../source-file.ts';

/** Sound encodes at tens of times real time: slower than real time it hangs. Short tracks get ten minutes. */
const MINIMUM_TIMEOUT_SECONDS = 600;

/** Encodes one whole sound track. */
export function encodeAudio(deps: EncodeDeps): MediaActivities['encodeAudio'] {
  return async ({ jobId, source, planKey, rendition, generation }) => {
    const plan = await loadPlan(deps.store, planKey);
    const track = plan.audio.find((audio) => audio.name === rendition);
    if (track === undefined)
      throw new CodedError('INTERNAL', `The plan has no audio rendition ${rendition}.`);
    const file = await sourceFile(source, deps.store);
    const mediaSeconds = plan.video.durationTicks / VIDEO_TIMESCALE;
    const timeoutSeconds = Math.max(MINIMUM_TIMEOUT_SECONDS, mediaSeconds);
    return encodeUnit(deps, {
      jobId,
      unit: rendition,
      generation,
      frames: 0,
      argv: (scratchFolder) => deps.engine.audioArgv({ sourceFile: file, plan, scratchFolder }, track),
      encode: async (run) => [
        await deps.engine.encodeAudio({ sourceFile: file, plan, timeoutSeconds, ...run }, track),
      ],
    });
  };
}
