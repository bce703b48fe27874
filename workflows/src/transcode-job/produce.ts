import { settleLimits, type EncodeLimits, type JobOutput } from '@framefold/domain';
import { CancellationScope } from '@temporalio/workflow';
import { media } from '../activities.ts';
import type { JobSources, PlanRef } from '../contract/activities.ts';
import type { EncodeBatchInput, TranscodeJobInput } from '../contract/workflows.ts';
import { countingRetries, retryEncoderFaults } from '../encode-batch/retry-encoder-faults.ts';
import { runTogether } from '../encode-batch/run-together.ts';
import { measureQuality } from '../measure-quality/measure-quality.ts';
import { encodeVideo, type Generations } from './encode-video.ts';
import { redoAsBefore } from './job-controls.ts';
import type { JobLog } from './job-log.ts';
import type { Redos } from './redos.ts';
import { ingest, ingested, probe, probed } from './sources.ts';

/** Of every unit but those of renditions that are encoded again. */
const GENERATION = 0;

/** A job's finished output, and the sources that it was made from. */
export interface Product extends JobSources {
  /** Whether chunks had pieces of the source by themselves. */
  readonly sliced: boolean;
  readonly output: JobOutput;
}

/** The way of a job from its source to a verified tree of segments and playlists. Every step leaves its events. */
export async function produce(input: TranscodeJobInput, log: JobLog, redos: Redos): Promise<Product> {
  const { jobId, request } = input;

  log.append('ProbingStarted', {});
  const sources = await ingest(input);
  log.append('SourceIngested', ingested(sources));
  const probes = await probe(jobId, sources);
  log.append('SourceProbed', probed(probes));

  log.append('SplittingStarted', {});
  const plan = await media.planJob({ jobId, request, ...probes });
  log.append('PlanFrozen', plan.frozen);
  for (const warning of plan.warnings) log.append('WarningRaised', { warning });
  const split = await media.splitSource({ jobId, ...sources, planKey: plan.planKey });
  log.append('SourceSplit', split);

  log.append('TranscodingStarted', {});
  redoAsBefore(log, redos);
  let generations: Generations = {};
  const encodePicture = async (): Promise<void> => {
    generations = await encodeVideo(
      input,
      plan,
      pictureWork(input, sources, plan, split.mode === 'slices'),
      log,
      redos,
    );
  };
  const subtitles: string[] = [];
  await runTogether([
    encodePicture,
    ...encodeAudio(input, sources, plan, log),
    ...extractSubtitles(input, sources, plan, log, subtitles),
  ]);

  const measured = await measureQuality(
    input,
    plan,
    { ...pictureWork(input, sources, plan, split.mode === 'slices'), generations },
    log,
  );

  log.append('MergingStarted', {});
  const merged = await media.mergeOutput({
    jobId,
    planKey: plan.planKey,
    generation: GENERATION,
    ...(Object.keys(generations).length === 0 ? {} : { generations }),
    ...(subtitles.length === 0 ? {} : { subtitles }),
    ...(measured ? { measured } : {}),
  });
  for (const rendition of merged.renditions) log.append('RenditionMerged', { rendition });

  await stopIfCancelled();
  return { ...sources, sliced: split.mode === 'slices', output: merged.output };
}

/** All chunks of the plan. */
function pictureWork(
  input: TranscodeJobInput,
  sources: JobSources,
  plan: PlanRef,
  sliced: boolean,
): EncodeBatchInput {
  return {
    jobId: input.jobId,
    ...sources,
    planKey: plan.planKey,
    chunks: {
      firstChunk: 0,
      chunkFrames: plan.frozen.chunks.map((chunk) => chunk.frames),
      framesBefore: 0,
    },
    generation: GENERATION,
    limits: limitsOf(input, plan),
    queue: input.request.queue,
    ...(input.run === undefined ? {} : { run: input.run }),
    ...(sliced ? { sliced } : {}),
  };
}

function encodeAudio(
  input: TranscodeJobInput,
  sources: JobSources,
  plan: PlanRef,
  log: JobLog,
): (() => Promise<void>)[] {
  const { jobId } = input;
  const limits = limitsOf(input, plan);
  return plan.frozen.audio.map(({ name, label }) => async () => {
    const work = {
      jobId,
      ...sources,
      planKey: plan.planKey,
      rendition: name,
      generation: GENERATION,
      limits,
    };
    const { result, retries } = await retryEncoderFaults(name, () =>
      media.encodeAudio.executeWithOptions({ summary: `${name} · ${label}` }, [work]),
    );
    log.append('AudioEncoded', { rendition: name, result: countingRetries(result, retries) });
  });
}

/** @param extracted gets the names of the tracks that hold text */
function extractSubtitles(
  { jobId }: TranscodeJobInput,
  sources: JobSources,
  { planKey, frozen }: PlanRef,
  log: JobLog,
  extracted: string[],
): (() => Promise<void>)[] {
  // Jobs that were planned by a version without subtitles have none.
  const tracks = 'subtitles' in frozen ? frozen.subtitles : [];
  return tracks.map(({ name, label }) => async () => {
    const work = { jobId, ...sources, planKey, rendition: name, generation: GENERATION };
    const { result } = await retryEncoderFaults(name, () =>
      media.extractSubtitles.executeWithOptions({ summary: `${name} · ${label}` }, [work]),
    );
    if (result.cues > 0) {
      extracted.push(name);
      return;
    }
    const message = `${name} holds no text that could be read, and is left out.`;
    log.append('WarningRaised', { warning: { code: 'SUBTITLES_SKIPPED', message } });
  });
}

/** The limits that the plan settled; jobs that were planned by a version without them have those of their request. */
function limitsOf({ request }: TranscodeJobInput, { frozen }: PlanRef): EncodeLimits {
  return frozen.limits ?? settleLimits(request.resourceLimits, {}, 0).limits;
}

/** A cancel that came while the last step was finishing still counts: the submitter was told so. */
async function stopIfCancelled(): Promise<void> {
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) await scope.cancelRequested;
}
