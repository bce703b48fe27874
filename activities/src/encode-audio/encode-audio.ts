import { CodedError, VIDEO_TIMESCALE } from '@framefold/domain';
import type { MediaActivities } from '@framefold/workflows/contract';
import { encodeUnit, type EncodeDeps } from '../encode-unit.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile, sourcesOf, useFiles } from '../source-file.ts';

/** Sound encodes at tens of times real time: slower than real time it hangs. Short tracks get ten minutes. */
const MINIMUM_TIMEOUT_SECONDS = 600;

/** Boxes and records beside the sound. */
const OVERHEAD_BYTES = 4 * 1024 ** 2;

/** Encodes one whole sound track. */
export function encodeAudio(deps: EncodeDeps): MediaActivities['encodeAudio'] {
  return async ({ jobId, planKey, rendition, generation, limits, ...sources }) => {
    const plan = await loadPlan(deps.store, planKey);
    const track = plan.audio.find((audio) => audio.name === rendition);
    if (track === undefined)
      throw new CodedError('INTERNAL', `The plan has no audio rendition ${rendition}.`);
    const files = await Promise.all(sourcesOf(sources).map((source) => sourceFile(source, deps)));
    const mediaSeconds = plan.video.durationTicks / VIDEO_TIMESCALE;
    const timeoutSeconds = Math.max(MINIMUM_TIMEOUT_SECONDS, mediaSeconds);
    return encodeUnit(deps, {
      jobId,
      unit: rendition,
      generation,
      frames: 0,
      limits,
      timeoutSeconds,
      // As long as the file lies there beside its segments, twice the track.
      scratchBytes: (2 * mediaSeconds * track.bitrateKbps * 1000) / 8 + OVERHEAD_BYTES,
      argv: (scratchFolder) =>
        deps.engine.audioArgv({ sourceFiles: files.map(({ place }) => place), plan, scratchFolder }, track),
      encode: (run) =>
        useFiles(
          files,
          async (sourceFiles) => [await deps.engine.encodeAudio({ sourceFiles, plan, ...run }, track)],
          run,
        ),
    });
  };
}
