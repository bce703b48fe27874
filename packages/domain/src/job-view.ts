import { z } from 'zod';
import type { UnitResult } from './encode-record.ts';
import { JobOutput, MeasuredRendition } from './events.ts';
import { JobFailure, Warning } from './failure.ts';
import { chunkResult, tenantOf, type JobFold } from './fold.ts';
import { hasEnded, JOB_STATES, JobState } from './job-state.ts';
import { VideoRendition } from './ladder.ts';
import { EncodeLimits } from './limits.ts';
import { liveChunks, type LiveUnit } from './live.ts';
import { AudioRendition } from './plan.ts';
import { SourceMeta } from './probe.ts';
import { encodeSecondsOf, estimate, framesByRendition, framesEncoded } from './progress.ts';
import { QueueOutlook } from './queue-outlook.ts';
import { titleOf, TranscodeRequest } from './request.ts';
import { DEFAULT_TENANT } from './tenant.ts';

export const SegmentView = z.object({
  index: z.number().int(),
  rendition: z.string(),
  status: z.enum(['pending', 'assigned', 'processing', 'completed', 'failed']),
  worker: z.string().optional(),
  retryCount: z.number().int(),
  speed: z.number().optional(),
  fetchedBytes: z
    .number()
    .int()
    .optional()
    .describe('Bytes of the source that were fetched for its chunk; absent where it was read in place'),
});
export type SegmentView = z.infer<typeof SegmentView>;

export const RenditionView = z.object({
  name: z.string(),
  kind: z.enum(['video', 'audio', 'subtitles']),
  status: z.enum(['pending', 'processing', 'completed', 'merged']),
  percent: z.number(),
  measured: MeasuredRendition.optional(),
});
export type RenditionView = z.infer<typeof RenditionView>;

const PhaseView = z.object({ state: JobState, startedAt: z.number(), endedAt: z.number().optional() });

/** A job as clients see it: the answer of `GET /api/jobs/:id`, `job.json`, and what the command shows. Times in ms since the epoch. */
export const JobView = z.object({
  id: z.string(),
  tenantId: z.string().default(DEFAULT_TENANT),
  userId: z.string(),
  title: z.string(),
  batchId: z.string().optional().describe('The batch that it came with'),
  status: JobState,
  progress: z.object({
    total: z.number().int().describe('Segments times renditions, and one per audio rendition'),
    completed: z.number().int(),
    failed: z.number().int(),
    running: z.number().int(),
    percent: z.number(),
    eta: z
      .number()
      .int()
      .optional()
      .describe('When the job should be ready; absent while nothing is known or when it has ended'),
    speed: z
      .number()
      .optional()
      .describe(
        'Media seconds encoded per second since encoding began, all renditions together counting once',
      ),
  }),
  createdAt: z.number().int(),
  startedAt: z.number().int().optional(),
  completedAt: z.number().int().optional(),
  error: z.string().optional(),
  failure: JobFailure.optional(),
  warnings: z.array(Warning),
  priority: z.number().int().describe('1 (most urgent) to 9, as it is by now'),
  paused: z.boolean(),
  waitingFor: z.string().optional(),
  queue: QueueOutlook.optional().describe('While it waits: its estimated place in the queue'),
  request: TranscodeRequest,
  sourceMeta: SourceMeta.optional(),
  appendedSources: z.array(SourceMeta).optional().describe('Of the sources that are appended to the first'),
  profiles: z.array(VideoRendition),
  audioProfiles: z.array(AudioRendition),
  plan: z
    .object({
      version: z.number().int(),
      frames: z.number().int(),
      segments: z.number().int(),
      chunks: z.number().int(),
      durationSeconds: z.number(),
      /** Of each encode attempt. */
      limits: EncodeLimits.optional(),
    })
    .optional(),
  encodeSeconds: z
    .number()
    .optional()
    .describe('Seconds that encoders ran for the pieces that are finished, added up'),
  phases: z.array(PhaseView),
  renditions: z.array(RenditionView),
  segments: z.array(SegmentView),
  output: JobOutput.optional(),
});
export type JobView = z.infer<typeof JobView>;

/** A job without its long lists: an entry of `GET /api/jobs`. */
export const JobSummary = JobView.omit({
  segments: true,
  renditions: true,
  sourceMeta: true,
  appendedSources: true,
  phases: true,
  queue: true,
});
export type JobSummary = z.infer<typeof JobSummary>;

/**
 * The view of a job that has been submitted.
 *
 * @param live what ran of it at the last look; undefined where there was none yet
 * @param now ms since the epoch, for the ETA
 * @throws {Error} when the fold does not begin with JobSubmitted
 */
export function toView(
  id: string,
  job: JobFold,
  live: readonly LiveUnit[] | undefined,
  now: number,
): JobView {
  if (job.request === undefined || job.createdAt === undefined) {
    throw new Error(`The log of job ${id} does not begin with JobSubmitted.`);
  }
  const ended = hasEnded(job.state);
  const running = ended || live === undefined ? [] : live;
  const segments = segmentViews(job, running);
  const renditions = renditionViews(job, running);
  const audioDone = Object.keys(job.audio).length;
  const { percent, eta, speed } = estimate(job, running, now);
  const startedAt = job.enteredAt.probing;
  const endedAt = ended ? job.enteredAt[job.state] : undefined;
  const waitingFor = ended ? undefined : waitsFor(job, live);
  return {
    id,
    tenantId: tenantOf(job),
    userId: job.request.userId,
    title: titleOf(job.request),
    ...(job.batchId === undefined ? {} : { batchId: job.batchId }),
    status: job.state,
    progress: {
      total: segments.length + (job.plan?.audio.length ?? 0),
      completed: segments.filter((segment) => segment.status === 'completed').length + audioDone,
      failed: segments.filter((segment) => segment.status === 'failed').length,
      running: segments.filter((segment) => segment.status === 'processing').length,
      percent,
      ...(eta === undefined ? {} : { eta }),
      ...(speed === undefined ? {} : { speed }),
    },
    createdAt: job.createdAt,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { completedAt: endedAt }),
    ...(job.failure === undefined ? {} : { error: job.failure.message, failure: job.failure }),
    warnings: [...job.warnings],
    priority: job.priority ?? job.request.priority,
    paused: !ended && (job.paused ?? false),
    ...(waitingFor === undefined ? {} : { waitingFor }),
    request: job.request,
    ...(job.source === undefined ? {} : { sourceMeta: job.source }),
    ...(job.appended === undefined || job.appended.length === 0
      ? {}
      : { appendedSources: [...job.appended] }),
    profiles: job.plan?.renditions ?? [],
    audioProfiles: job.plan?.audio ?? [],
    ...(job.plan === undefined
      ? {}
      : {
          plan: {
            version: job.plan.planVersion,
            frames: job.plan.frames,
            segments: job.plan.segments,
            chunks: job.plan.chunks.length,
            durationSeconds: job.plan.durationSeconds,
            ...(job.plan.limits === undefined ? {} : { limits: job.plan.limits }),
          },
        }),
    ...(job.plan === undefined ? {} : { encodeSeconds: encodeSecondsOf(job) }),
    phases: phaseViews(job),
    renditions,
    segments,
    ...(job.output === undefined ? {} : { output: job.output }),
  };
}

/** The states that a job passed through, each ended by the next; JOB_STATES lists them in the order of a job's way. */
function phaseViews(job: JobFold): z.infer<typeof PhaseView>[] {
  const entered = JOB_STATES.flatMap((state) => {
    const startedAt = job.enteredAt[state];
    return startedAt === undefined ? [] : [{ state, startedAt }];
  });
  return entered
    .map((phase, index) => {
      const endedAt = entered[index + 1]?.startedAt;
      return { ...phase, ...(endedAt === undefined ? {} : { endedAt }) };
    })
    .filter((phase) => !hasEnded(phase.state));
}

function segmentViews(job: JobFold, live: readonly LiveUnit[]): SegmentView[] {
  if (job.plan === undefined) return [];
  const { renditions, chunks } = job.plan;
  const runningAt = liveChunks(live);
  let index = 0;
  return chunks.flatMap((chunk, chunkIndex) => {
    const facts = renditions.map(({ name }) => ({
      rendition: name,
      ...encodeFacts(chunkResult(job, chunkIndex, name), runningAt(chunkIndex, name)),
    }));
    const first = index;
    index += chunk.segments;
    return Array.from({ length: chunk.segments }, (_, offset) =>
      facts.map((fact) => ({ index: first + offset, ...fact })),
    ).flat();
  });
}

/** How far the encode of a chunk at a rendition is. */
function encodeFacts(
  done: UnitResult | undefined,
  running: LiveUnit | undefined,
): Omit<SegmentView, 'index' | 'rendition'> {
  const worker = done?.workerId ?? running?.workerId;
  const speed = done === undefined ? running?.speed : done.mediaSeconds / Math.max(done.encodeSeconds, 0.001);
  return {
    status: done !== undefined ? 'completed' : running !== undefined ? 'processing' : 'pending',
    ...(worker === undefined ? {} : { worker }),
    retryCount: Math.max(0, (done?.temporalAttempt ?? running?.temporalAttempt ?? 1) - 1),
    ...(speed === undefined ? {} : { speed }),
    ...(done?.fetchedBytes === undefined ? {} : { fetchedBytes: done.fetchedBytes }),
  };
}

function renditionViews(job: JobFold, live: readonly LiveUnit[]): RenditionView[] {
  if (job.plan === undefined) return [];
  const measured = new Map(job.measured.map((rendition) => [rendition.name, rendition]));
  const { frames } = job.plan;
  const encoded = framesByRendition(job, live);
  const view = (name: string, kind: RenditionView['kind'], percent: number): RenditionView => {
    const merged = measured.get(name);
    const status =
      merged !== undefined ? 'merged' : percent >= 100 ? 'completed' : percent > 0 ? 'processing' : 'pending';
    return { name, kind, status, percent, ...(merged === undefined ? {} : { measured: merged }) };
  };
  return [
    ...job.plan.renditions.map(({ name }) =>
      view(name, 'video', Math.floor((100 * (encoded.get(name) ?? 0)) / frames)),
    ),
    ...job.plan.audio.map((rendition) => {
      const running = live.some((unit) => unit.unit === rendition.name);
      return view(rendition.name, 'audio', job.audio[rendition.name] !== undefined ? 100 : running ? 1 : 0);
    }),
    // A track that turns out to hold no text gives none: only those that there are.
    ...job.measured
      .filter(({ kind }) => kind === 'subtitles')
      .map(({ name }) => view(name, 'subtitles', 100)),
  ];
}

/** What a job waits for that has pictures to encode or to measure. */
export const FOR_ENCODER = 'an encode worker with a free slot';

/** Why nothing runs, if nothing does. */
function waitsFor(job: JobFold, live: readonly LiveUnit[] | undefined): string | undefined {
  if (job.paused === true) return 'somebody to resume it';
  if (job.state === 'pending') return 'a media worker to take the job';
  if (live === undefined || live.length > 0) return undefined;
  const frames = job.plan?.frames ?? 0;
  // Sound and text may be left, and after them what is to be measured.
  const isPictureLeft =
    framesEncoded(job, []) < frames || (frames > 0 && job.request?.qualityReport === true);
  return job.state === 'transcoding' && isPictureLeft ? FOR_ENCODER : 'a media worker with a free slot';
}

/** A job without its long lists. */
export function toSummary(view: JobView): JobSummary {
  const {
    segments: _segments,
    renditions: _renditions,
    sourceMeta: _source,
    appendedSources: _appended,
    phases: _phases,
    queue: _queue,
    ...summary
  } = view;
  return summary;
}
