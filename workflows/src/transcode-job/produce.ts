import {
  settleLimits,
  type EncodeLimits,
  type IngestedSource,
  type JobOutput,
  type SourceMeta,
} from '@framefold/domain';
import { CancellationScope } from '@temporalio/workflow';
import { media } from '../activities.ts';
import type { JobSources, OfSources, PlanRef, SourceRef } from '../contract/activities.ts';
import type { EncodeBatchInput, TranscodeJobInput } from '../contract/workflows.ts';
import { countingRetries, retryEncoderFaults } from '../encode-batch/retry-encoder-faults.ts';
import { runTogether } from '../encode-batch/run-together.ts';
import { measureQuality } from '../measure-quality/measure-quality.ts';
import { encodeVideo, type Generations } from './encode-video.ts';
import type { JobLog } from './job-log.ts';

/** No redo yet: every unit is encoded for the first time, but for those of renditions that fall back. */
const GENERATION = 0;

/** A job's finished output, and the sources that it was made from. */
export interface Product extends JobSources {
  /** Whether chunks had pieces of the source by themselves. */
  readonly sliced: boolean;
  readonly output: JobOutput;
}

/** The way of a job from its source to a verified tree of segments and playlists. Every step leaves its events. */
export async function produce(input: TranscodeJobInput, log: JobLog): Promise<Product> {
  const { jobId, request } = input;

  log.append('ProbingStarted', {});
  const sources = await ingest(input);
  const { source, appended = [] } = sources;
  log.append('SourceIngested', { ...ingested(source), appended: appended.map(ingested) });
  const probes = await probe(jobId, sources);
  log.append('SourceProbed', { source: probes.source, appended: [...(probes.appended ?? [])] });

  log.append('SplittingStarted', {});
  const plan = await media.planJob({ jobId, request, ...probes });
  log.append('PlanFrozen', plan.frozen);
  for (const warning of plan.warnings) log.append('WarningRaised', { warning });
  const split = await media.splitSource({ jobId, ...sources, planKey: plan.planKey });
  log.append('SourceSplit', split);

  log.append('TranscodingStarted', {});
  let generations: Generations = {};
  const encodePicture = async (): Promise<void> => {
    generations = await encodeVideo(
      input,
      plan,
      pictureWork(input, sources, plan, split.mode === 'slices'),
      log,
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

function ingest({ jobId, request }: TranscodeJobInput): Promise<JobSources> {
  // Jobs of a version that knew no appended sources have none.
  const appended = 'append' in request ? request.append : [];
  return forEachSource<unknown, SourceRef>({ source: request, appended }, async (_, which) => {
    const name = which.input === undefined ? 'ingest' : `ingest of source ${which.input + 1}`;
    // One that is made comes from an encoder, too.
    const { result } = await retryEncoderFaults(name, () => media.ingestSource({ jobId, request, ...which }));
    return result;
  });
}

function ingested({ uri, sizeBytes, inPlace }: SourceRef): IngestedSource {
  return { uri, sizeBytes, inPlace };
}

function probe(jobId: string, sources: JobSources): Promise<OfSources<SourceMeta>> {
  return forEachSource(sources, async (source, which) => {
    const name = which.input === undefined ? 'probe' : `probe of source ${which.input + 1}`;
    const { result } = await retryEncoderFaults(name, () => media.probeSource({ jobId, source, ...which }));
    return result;
  });
}

/** @param step gets a source, and its number but for the first */
async function forEachSource<In, Out>(
  { source, appended = [] }: OfSources<In>,
  step: (source: In, which: { readonly input?: number }) => Promise<Out>,
): Promise<OfSources<Out>> {
  if (appended.length === 0) return { source: await step(source, {}) };
  const done: Out[] = [];
  const first = async (): Promise<void> => void (done[0] = await step(source, {}));
  const others = appended.map((one, index) => async () => {
    done[index + 1] = await step(one, { input: index + 1 });
  });
  await runTogether([first, ...others]);
  const [result, ...results] = done as [Out, ...Out[]];
  return { source: result, appended: results };
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
