import { chunkUnit, type HardwareEncoder, type NewEvent } from '@framefold/domain';
import { activityInfo } from '@temporalio/activity';
import {
  jobStream,
  type ControlActivities,
  type DeliveryAttemptResult,
  type EncodeActivities,
  type EncodeChunkInput,
  type MeasureQualityInput,
  type MediaActivities,
  type MergeInput,
  type QueueControls,
} from '../src/contract/index.ts';
import { CHUNK_FRAMES, mergeResult, planRef, source, sourceMeta, unitResult } from './job-fixture.ts';

export type Activities = ControlActivities & EncodeActivities & MediaActivities;
export type ActivityName = keyof Activities;

/** Something that happens around an activity's work: `call` counts the calls of this activity, from 1. */
export type Hook<I = unknown> = (call: number, input: I) => void | Promise<void>;

type Hooks = { readonly [K in ActivityName]?: Hook<Parameters<Activities[K]>[0]> };

/** What a test arranges for its job. */
export interface Arrangement {
  readonly chunks?: number;
  /** The encoder of the plan, where it has hardware ones. */
  readonly hardware?: HardwareEncoder;
  /** Whether a GPU worker is there, at the nth time that somebody asks; there is one unless it is said otherwise. */
  readonly isQueueServed?: (ask: number) => boolean;
  /** What comes of the nth attempt to deliver a webhook; it is delivered unless it is said otherwise. */
  readonly deliver?: (attempt: number) => DeliveryAttemptResult;
  readonly before?: Hooks;
  readonly after?: Hooks;
}

/** The outside world of one job: activities that do nothing but remember, and what they remember. */
export class FakeWorld {
  /** The names of the activities, in the order in which they began. */
  readonly calls: ActivityName[] = [];
  /** The job's log as the catalogue would hold it: each event once, in order of arrival. */
  readonly log: NewEvent[] = [];
  /** What was removed, and whether the log said at that time that the job had ended. */
  readonly discarded: { readonly what: string; readonly ended: boolean }[] = [];
  /** What was recorded last of the run whose record was published. */
  readonly published: string[] = [];
  readonly webhooks: string[] = [];
  /** The chunks that were encoded, with the task queue that each came from. */
  readonly encoded: (EncodeChunkInput & { readonly taskQueue: string })[] = [];
  /** The chunks that were compared with the source, with the task queue that each came from. */
  readonly measured: (MeasureQualityInput & { readonly taskQueue: string })[] = [];
  readonly merges: MergeInput[] = [];
  /** What the server was told of queued work. */
  readonly controlled: QueueControls[] = [];
  /** Of a batch: the places of the jobs that were started, and what was made of them in the end. */
  readonly submitted: number[] = [];
  readonly cancelledUpTo: number[] = [];
  readonly concluded: string[] = [];

  constructor(private readonly arrangement: Arrangement = {}) {}

  /** The types of the recorded events of a stream. */
  types(stream = 'job'): string[] {
    return this.log.filter((entry) => entry.stream === stream).map((entry) => entry.event.type);
  }

  /** How often an activity began. */
  count(name: ActivityName): number {
    return this.calls.filter((call) => call === name).length;
  }

  /** Runs an activity for this job. */
  async run<K extends ActivityName>(name: K, input: Parameters<Activities[K]>[0]): Promise<unknown> {
    this.calls.push(name);
    const call = this.count(name);
    const { before, after } = this.arrangement;
    await before?.[name]?.(call, input);
    const work = this.work[name] as (given: typeof input) => Promise<unknown>;
    const result = await work(input);
    await after?.[name]?.(call, input);
    return result;
  }

  private readonly work: Activities = {
    recordEvents: async ({ events }) => {
      for (const event of events) {
        const known = this.log.some(
          (entry) => entry.stream === event.stream && entry.sequence === event.sequence,
        );
        if (!known) this.log.push(event);
      }
    },
    publishRecord: async ({ run }) => {
      this.published.push(this.types(jobStream(run)).at(-1) ?? 'nothing');
    },
    isQueueServed: async () => this.arrangement.isQueueServed?.(this.count('isQueueServed')) ?? true,
    controlQueued: async (input) => {
      this.controlled.push(input);
    },
    attemptDelivery: async ({ attempt }) => this.arrangement.deliver?.(attempt) ?? { state: 'delivered' },
    submitBatchJobs: async ({ first, count }) => {
      for (let index = first; index < first + count; index++) this.submitted.push(index);
    },
    awaitBatch: async () => undefined,
    cancelBatchJobs: async ({ started }) => {
      this.cancelledUpTo.push(started);
    },
    concludeBatch: async ({ cancelled }) => {
      this.concluded.push(cancelled ? 'cancelled' : 'ended');
    },
    deliverWebhook: async ({ event }) => {
      this.webhooks.push(event);
      return { status: 202 };
    },
    ingestSource: async () => source,
    probeSource: async () => sourceMeta,
    planJob: async () => planRef(this.arrangement.chunks ?? 2, this.arrangement.hardware),
    splitSource: async () => ({ mode: 'in-place' }),
    encodeChunk: async (input) => {
      this.encoded.push({ ...input, taskQueue: activityInfo().taskQueue });
      const unit = chunkUnit(input.chunkIndex, input.rendition);
      return unitResult(unit, CHUNK_FRAMES, activityInfo().attempt);
    },
    measureQuality: async (input) => {
      this.measured.push({ ...input, taskQueue: activityInfo().taskQueue });
    },
    encodeAudio: async ({ rendition }) => unitResult(rendition, 0, activityInfo().attempt),
    extractSubtitles: async ({ rendition }) => ({ rendition, cues: 1 }),
    mergeOutput: async (input) => {
      this.merges.push(input);
      return mergeResult;
    },
    discard: async ({ what }) => {
      this.discarded.push({
        what,
        ended: /^Job(Completed|Failed|Cancelled)$/.test(this.types().at(-1) ?? ''),
      });
    },
  };
}
