import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CodedError,
  storeKeys,
  subtitlePath,
  toNumber,
  VIDEO_TIMESCALE,
  type SubtitleRecord,
} from '@framefold/domain';
import { onTimeline, readCues, subtitleArgv, writeWebVtt } from '@framefold/media';
import type { ObjectStore, ProcessRunner, ScratchSpace } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile, type SourceDeps } from '../source-file.ts';

/** Reading a whole source from a slow disk. */
const TIMEOUT_SECONDS = 2 * 3600;

/** Text of the longest film is far smaller. */
const MEMORY_BYTES = 1024 ** 3;
const SCRATCH_BYTES = 64 * 1024 ** 2;

export interface SubtitleDeps extends SourceDeps {
  readonly store: ObjectStore;
  readonly runner: ProcessRunner;
  readonly scratch: Pick<ScratchSpace, 'reserve'>;
  readonly ffmpeg: string;
}

/**
 * Writes one track of text into the output tree, on the timeline of the picture. A track that can't be read, or has no
 * text there, gives no rendition: the film is worth having without it.
 */
export function extractSubtitles(deps: SubtitleDeps): MediaActivities['extractSubtitles'] {
  return ({ jobId, source, planKey, rendition, generation }) =>
    heartbeating(undefined, async (signal) => {
      const plan = await loadPlan(deps.store, planKey);
      const track = plan.subtitles.find(({ name }) => name === rendition);
      if (track === undefined)
        throw new CodedError('INTERNAL', `The plan has no subtitle rendition ${rendition}.`);
      const file = await sourceFile(source, deps);
      const place = await deps.scratch.reserve(`${jobId}-${rendition}`, SCRATCH_BYTES);
      try {
        const output = join(place.folder, 'subtitles.vtt');
        const result = await deps.runner.run({
          program: deps.ffmpeg,
          args: subtitleArgv(file, track.streamIndex, output),
          readable: [file],
          writable: place.folder,
          limits: { memoryBytes: MEMORY_BYTES, diskBytes: SCRATCH_BYTES },
          timeoutSeconds: TIMEOUT_SECONDS,
          signal,
        });
        signal.throwIfAborted();
        if (result.exitSignal !== undefined && result.exceeded === undefined)
          throw new CodedError('ENCODER_CRASHED', `Reading ${rendition} ended with ${result.exitSignal}.`);
        const { originPts, timeBase, durationTicks } = plan.video;
        const seconds = durationTicks / VIDEO_TIMESCALE;
        const found = result.exitCode === 0 ? readCues(await readFile(output, 'utf8')) : [];
        const cues = onTimeline(found, originPts * toNumber(timeBase), plan.isCut ? seconds : undefined);
        if (cues.length === 0) return { rendition, cues: 0 };
        const text = Buffer.from(writeWebVtt(cues, plan.presentationOriginSeconds));
        const sha256 = createHash('sha256').update(text).digest('hex');
        const path = subtitlePath(rendition, sha256);
        await deps.store.put(storeKeys.outputFile(jobId, path), text);
        const record: SubtitleRecord = {
          rendition,
          path,
          sizeBytes: text.length,
          sha256,
          cues: cues.length,
          durationSeconds: cues.reduce((end, cue) => Math.max(end, cue.endSeconds), seconds),
        };
        await deps.store.put(storeKeys.commit(jobId, rendition, generation), JSON.stringify(record));
        return { rendition, cues: cues.length };
      } finally {
        await place.release();
      }
    });
}
