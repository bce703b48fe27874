import type { UnitResult } from './encode-record.ts';
import type { JobEvent, JobEventData, JobOutput, MeasuredRendition } from './events.ts';
import type { JobFailure, Warning } from './failure.ts';
import { canTransition, type JobState } from './job-state.ts';
import type { SourceMeta } from './probe.ts';
import type { TranscodeRequest } from './request.ts';
import { DEFAULT_TENANT } from './tenant.ts';

/** A job as its events tell it: the state that {@link fold} builds and every view is made of. */
export interface JobFold {
  readonly state: JobState;
  readonly request?: TranscodeRequest;
  /** Whose job it is, for good; see {@link tenantOf}. */
  readonly tenantId?: string;
  readonly createdAt?: number;
  /** How often it was submitted: more than once where it was run again. Absent in folds of earlier versions. */
  readonly runs?: number;
  /** The batch that it came with. */
  readonly batchId?: string;
  readonly source?: SourceMeta;
  /** The sources behind it. */
  readonly appended?: readonly SourceMeta[];
  readonly sourceUri?: string;
  readonly plan?: JobEventData<'PlanFrozen'>;
  /** Results by chunk index, where a chunk is encoded at all renditions together. */
  readonly chunks: Readonly<Record<number, UnitResult>>;
  /** Results by rendition and chunk index, where a rendition is encoded by itself. */
  readonly renditionChunks?: Readonly<Record<string, Readonly<Record<number, UnitResult>>>>;
  /** Results by audio rendition. */
  readonly audio: Readonly<Record<string, UnitResult>>;
  readonly measured: readonly MeasuredRendition[];
  readonly warnings: readonly Warning[];
  /** Whether nothing more of it is to be begun. */
  readonly paused?: boolean;
  /** The priority that it has by now, where that is not its request's; also in a further run. */
  readonly priority?: number;
  /** The last generation of each rendition that was ordered anew, in any run. */
  readonly generations?: Readonly<Record<string, number>>;
  readonly output?: JobOutput;
  readonly failure?: JobFailure;
  readonly cancelReason?: string;
  /** When each state was entered, ms since the epoch. */
  readonly enteredAt: Readonly<Partial<Record<JobState, number>>>;
}

/** Whose job it is. Logs and folds of a version that knew no tenants are the default one's. */
export function tenantOf({ tenantId = DEFAULT_TENANT }: JobFold): string {
  return tenantId;
}

/** A job of which nothing is known yet. */
export const EMPTY_FOLD: JobFold = {
  state: 'pending',
  chunks: {},
  audio: {},
  measured: [],
  warnings: [],
  enteredAt: {},
};

/** How often a job was submitted. */
export function runsOf({ runs, request }: JobFold): number {
  return runs ?? (request === undefined ? 0 : 1);
}

/** An event that no job in its state can have: a bug in whoever emitted it. */
export class IllegalTransitionError extends Error {
  override readonly name = 'IllegalTransitionError';
  constructor(
    readonly from: JobState,
    readonly to: JobState,
  ) {
    super(`A job that is ${from} cannot become ${to}.`);
  }
}

function assertLegal(from: JobState, to: JobState): void {
  if (!canTransition(from, to)) throw new IllegalTransitionError(from, to);
}

function enter(job: JobFold, state: JobState, at: number): JobFold {
  assertLegal(job.state, state);
  return { ...job, state, enteredAt: { ...job.enteredAt, [state]: at } };
}

/** How a result gets into a record: into a copy, or into the record itself where the caller owns it. */
type Put = <V>(
  record: Readonly<Record<string, V>>,
  key: string | number,
  value: V,
) => Readonly<Record<string, V>>;

const putInCopy: Put = (record, key, value) => ({ ...record, [key]: value });
const putInPlace: Put = (record, key, value) => Object.assign(record, { [key]: value });

function reduce(job: JobFold, event: JobEvent, put: Put): JobFold {
  switch (event.type) {
    case 'JobSubmitted':
      // A job that is submitted again starts over; finished pieces are found again by their commit records.
      if (job.request !== undefined) assertLegal(job.state, 'pending');
      return {
        ...EMPTY_FOLD,
        chunks: {},
        audio: {},
        request: event.data.request,
        ...tenantIn(job.tenantId ?? event.data.tenantId),
        createdAt: job.createdAt ?? event.at,
        runs: runsOf(job) + 1,
        ...batchIn(job.batchId ?? event.data.batchId),
        // What somebody has decided since holds for a further run.
        ...(job.priority === undefined ? {} : { priority: job.priority }),
        ...(job.generations === undefined ? {} : { generations: job.generations }),
        enteredAt: { pending: event.at },
      };
    case 'ProbingStarted':
      return enter(job, 'probing', event.at);
    case 'SourceIngested':
      return { ...job, sourceUri: event.data.uri };
    case 'SourceProbed':
      return {
        ...job,
        source: event.data.source,
        appended: event.data.appended,
      };
    case 'SplittingStarted':
      return enter(job, 'splitting', event.at);
    case 'PlanFrozen':
      return { ...job, plan: event.data };
    case 'SourceSplit':
      return job;
    case 'TranscodingStarted':
      return enter(job, 'transcoding', event.at);
    case 'ChunkEncoded': {
      const { chunkIndex, rendition, result } = event.data;
      if (rendition === undefined) return { ...job, chunks: put(job.chunks, chunkIndex, result) };
      const own = put(chunksOf(job, rendition) ?? {}, chunkIndex, result);
      return { ...job, renditionChunks: put(job.renditionChunks ?? {}, rendition, own) };
    }
    case 'AudioEncoded':
      return { ...job, audio: put(job.audio, event.data.rendition, event.data.result) };
    case 'RenditionRestarted':
      return restart(job, event.data);
    case 'MergingStarted':
      return enter(job, 'merging', event.at);
    case 'RenditionMerged':
      return { ...job, measured: [...job.measured, event.data.rendition] };
    case 'WarningRaised':
      return { ...job, warnings: [...job.warnings, event.data.warning] };
    case 'JobPaused':
      return { ...job, paused: true };
    case 'JobResumed':
      return { ...job, paused: false };
    case 'PriorityChanged':
      return { ...job, priority: event.data.priority };
    case 'JobCompleted':
      return { ...enter(job, 'completed', event.at), output: event.data.output };
    case 'JobFailed':
      return { ...enter(job, 'failed', event.at), failure: event.data.failure };
    case 'JobCancelled':
      return { ...enter(job, 'cancelled', event.at), cancelReason: event.data.reason };
  }
}

function batchIn(batchId: string | undefined): Pick<JobFold, 'batchId'> {
  return batchId === undefined ? {} : { batchId };
}

function tenantIn(tenantId: string | undefined): Pick<JobFold, 'tenantId'> {
  return tenantId === undefined ? {} : { tenantId };
}

/** What one rendition's own encodes gave, if it has any. No rendition is asked for by what every object inherits (`constructor`). */
function chunksOf(
  { renditionChunks = {} }: JobFold,
  rendition: string,
): Readonly<Record<number, UnitResult>> | undefined {
  return Object.hasOwn(renditionChunks, rendition) ? renditionChunks[rendition] : undefined;
}

/**
 * The result of a chunk at a rendition: of the rendition by itself, once it is encoded so, else of all of them together.
 */
export function chunkResult(job: JobFold, chunkIndex: number, rendition: string): UnitResult | undefined {
  const own = chunksOf(job, rendition);
  return own === undefined ? job.chunks[chunkIndex] : own[chunkIndex];
}

function restart(
  job: JobFold,
  { rendition, generation, encoder }: JobEventData<'RenditionRestarted'>,
): JobFold {
  const renditionChunks = { ...job.renditionChunks, [rendition]: {} };
  const generations = { ...job.generations, [rendition]: generation };
  if (job.plan === undefined) return { ...job, renditionChunks, generations };
  const renditions = job.plan.renditions.map((one) => (one.name === rendition ? { ...one, encoder } : one));
  return { ...job, renditionChunks, generations, plan: { ...job.plan, renditions } };
}

/**
 * The one reducer: what a job is after one more event.
 *
 * @throws {IllegalTransitionError} when the event would take the job along a transition that is not legal
 */
export function fold(job: JobFold, event: JobEvent): JobFold {
  return reduce(job, event, putInCopy);
}

/**
 * Folds a log, or the part of it that follows on `job`, in time linear in its length: what {@link fold} does event by
 * event, without a copy of all results for each. `job` itself is left as it is.
 *
 * @throws {IllegalTransitionError} as {@link fold} does
 */
export function foldAll(events: Iterable<JobEvent>, job: JobFold = EMPTY_FOLD): JobFold {
  let own: JobFold = { ...job, chunks: { ...job.chunks }, audio: { ...job.audio } };
  if (job.renditionChunks !== undefined) own = { ...own, renditionChunks: copyOf(job.renditionChunks) };
  for (const event of events) own = reduce(own, event, putInPlace);
  return own;
}

function copyOf<V extends object>(record: Readonly<Record<string, V>>): Record<string, V> {
  const copies = Object.entries(record).map(([key, value]): [string, V] => [key, { ...value }]);
  return Object.fromEntries(copies);
}
