import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CodedError,
  storeKeys,
  subtitlePath,
  toNumber,
  VIDEO_TIMESCALE,
  type PlannedInput,
  type SubtitleRecord,
} from '@framefold/domain';
import { onTimeline, readCues, subtitleArgv, writeWebVtt, type Cue, type Stretch } from '@framefold/media';
import type { ObjectStore, ProcessRunner, ScratchSpace } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile, sourceOf, type SourceDeps } from '../source-file.ts';

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
  return ({ jobId, planKey, rendition, generation, ...sources }) =>
    heartbeating(undefined, async (signal) => {
      const plan = await loadPlan(deps.store, planKey);
      const cues: Cue[] = [];
      for (const [index, input] of plan.inputs.entries()) {
        const streamIndex = input.subtitles[rendition];
        if (streamIndex === undefined) continue;
        const source = await sourceFile(sourceOf(sources, index), deps);
        const name = `${jobId}-${rendition}`;
        const found = await source.use((file) => readTrack(deps, { name, file, streamIndex, signal }), {
          signal,
        });
        const isCut = plan.isCut === true || index < plan.inputs.length - 1;
        cues.push(...onTimeline(found, stretchOf(input, isCut)));
      }
      if (cues.length === 0) return { rendition, cues: 0 };
      const text = Buffer.from(writeWebVtt(cues, plan.presentationOriginSeconds));
      const sha256 = createHash('sha256').update(text).digest('hex');
      const path = subtitlePath(rendition, sha256);
      await deps.store.put(storeKeys.outputFile(jobId, path), text);
      const seconds = plan.video.durationTicks / VIDEO_TIMESCALE;
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
    });
}

function stretchOf(
  { originPts, timeBase, startTicks, durationTicks }: PlannedInput,
  isCut: boolean,
): Stretch {
  return {
    originSeconds: originPts * toNumber(timeBase),
    startSeconds: startTicks / VIDEO_TIMESCALE,
    ...(isCut ? { durationSeconds: durationTicks / VIDEO_TIMESCALE } : {}),
  };
}

interface TrackTask {
  /** Of the scratch folder. */
  readonly name: string;
  readonly file: string;
  readonly streamIndex: number;
  readonly signal: AbortSignal;
}

/** The cues of a track, on the source's own clock; none of one that can't be read. */
async function readTrack(
  { scratch, runner, ffmpeg }: SubtitleDeps,
  { name, file, streamIndex, signal }: TrackTask,
): Promise<Cue[]> {
  const place = await scratch.reserve(name, SCRATCH_BYTES);
  try {
    const output = join(place.folder, 'subtitles.vtt');
    const result = await runner.run({
      program: ffmpeg,
      args: subtitleArgv(file, streamIndex, output),
      readable: [file],
      writable: place.folder,
      limits: { memoryBytes: MEMORY_BYTES, diskBytes: SCRATCH_BYTES },
      timeoutSeconds: TIMEOUT_SECONDS,
      signal,
    });
    signal.throwIfAborted();
    if (result.exitSignal !== undefined && result.exceeded === undefined)
      throw new CodedError('ENCODER_CRASHED', `Reading ${name} ended with ${result.exitSignal}.`);
    return result.exitCode === 0 ? readCues(await readFile(output, 'utf8')) : [];
  } finally {
    await place.release();
  }
}
