import { workerReports } from '@framefold/activities';
import {
  DEFAULT_TENANT,
  estimateWork,
  FOR_ENCODER,
  isHardwareEncoder,
  JOB_STATES,
  hasEnded,
  median,
  outlookOf,
  slotsOf,
  toQueueLines,
  whyItWaits,
  type JobSummary,
  type JobView,
  type PastWork,
  type QueuedJob,
  type QueueLines,
  type WorkerReport,
} from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { encodeTaskQueue, TASK_QUEUES } from '@framefold/workflows/contract';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { CLOCK, type Clock, STORE } from '../tokens.ts';

const UNENDED = JOB_STATES.filter((state) => !hasEnded(state));

/** With more unended jobs than this nothing is said of places. */
const MOST_JOBS = 10_000;
const PAGE = 200;

/** Finished jobs by which estimates are corrected. */
const PAST_JOBS = 50;

/** What an unknown job is taken for where nothing is known at all, in encode seconds. */
const TYPICAL_SECONDS = 60;

/** A look at the queues is used again for this long, or for so many times as long as it took if that is more. */
const KEPT_MS = 5_000;
const KEPT_TIMES = 20;

/** What all that waits has in common. */
interface Picture {
  /** When it was taken: what follows from it stays the same until the next one. ms since the epoch. */
  readonly at: number;
  /** Absent where too many jobs wait. */
  readonly lines: QueueLines | undefined;
  readonly past: readonly PastWork[];
  readonly reports: readonly WorkerReport[];
}

/** Says of jobs that wait when they should come to their turn. Asks the catalogue and the workers' reports, not Temporal. */
@Injectable()
export class QueueOutlooks {
  #kept: { until: number; readonly picture: Promise<Picture> } | undefined;

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** A job's view with what its log alone can't tell; as it is where something of it runs, or where it has ended. */
  async complete(view: JobView): Promise<JobView> {
    if (view.waitingFor === undefined || view.paused || hasEnded(view.status)) return view;
    // Whoever asks how a job is must not be refused because an estimate can't be made.
    const picture = await this.#picture().catch(() => undefined);
    if (picture === undefined) return view;
    const { at, lines, past, reports } = picture;
    const job = queuedJob(view, past);
    const slots = slotsOf(reports, job.taskQueue, at);
    const forEncoder = view.waitingFor === FOR_ENCODER;
    const isBefore = ['pending', 'probing', 'splitting'].includes(view.status);
    const queue =
      lines !== undefined && (forEncoder || isBefore) ? outlookOf(job, lines, slots, at) : undefined;
    const need = forEncoder
      ? { worker: 'an encode worker', taskQueue: job.taskQueue }
      : { worker: 'a media worker', taskQueue: TASK_QUEUES.media };
    // How the workers are is for those who run them: docs/access.md.
    const withStates = view.tenantId === DEFAULT_TENANT;
    const waitingFor = whyItWaits(view, need, { reports, withStates }, queue?.jobsAhead ?? 0, at);
    const eta =
      queue?.startsAt === undefined
        ? undefined
        : Math.round(queue.startsAt + (job.secondsLeft / slots) * 1000);
    return {
      ...view,
      ...(waitingFor === undefined ? {} : { waitingFor }),
      progress: { ...(eta === undefined ? {} : { eta }), ...view.progress },
      ...(queue === undefined ? {} : { queue }),
    };
  }

  #picture(): Promise<Picture> {
    const begun = performance.now();
    if (this.#kept !== undefined && begun < this.#kept.until) return this.#kept.picture;
    const picture = this.#look();
    const kept = { until: Infinity, picture };
    this.#kept = kept;
    picture.then(
      () => (kept.until = begun + Math.max(KEPT_MS, KEPT_TIMES * (performance.now() - begun))),
      () => (this.#kept = undefined),
    );
    return picture;
  }

  async #look(): Promise<Picture> {
    const at = this.now();
    const { jobs: past } = await this.backends.catalogue.list({ status: ['completed'], limit: PAST_JOBS });
    const unended = await this.#unended();
    const lines = unended && toQueueLines(unended.map((job) => queuedJob(job, past)));
    return { at, lines, past, reports: await workerReports(this.store) };
  }

  /** Undefined where there are too many: lists begin with the newest, and it is the oldest that stand before the others. */
  async #unended(): Promise<readonly JobSummary[] | undefined> {
    const jobs: JobSummary[] = [];
    let cursor: string | undefined;
    do {
      if (jobs.length >= MOST_JOBS) return undefined;
      const filter = { status: UNENDED, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.backends.catalogue.list(filter);
      jobs.push(...page.jobs);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return jobs;
  }
}

function queuedJob(job: JobSummary | JobView, past: readonly PastWork[]): QueuedJob {
  const { id: jobId, tenantId, userId, request, priority, createdAt, paused } = job;
  return {
    ...{ jobId, priority, createdAt, paused },
    user: `${tenantId}/${userId}`,
    taskQueue: encodeTaskQueue(request.queue, usesGpu(job) ? 'gpu' : 'cpu'),
    secondsLeft: secondsLeftOf(job, past),
  };
}

/** Whether it waits for GPUs: by its plan, as soon as there is one. */
function usesGpu({ profiles }: JobSummary | JobView): boolean {
  return profiles.some(({ encoder }) => isHardwareEncoder(encoder));
}

/** By the job's plan, or, before it has one, what jobs take in the middle. */
function secondsLeftOf(job: JobSummary | JobView, past: readonly PastWork[]): number {
  if (job.plan !== undefined)
    return Math.max(0, estimateWork(job, past).encodeSeconds - (job.encodeSeconds ?? 0));
  const known = past.flatMap(({ encodeSeconds }) => encodeSeconds ?? []);
  return known.length === 0 ? TYPICAL_SECONDS : median(known);
}
