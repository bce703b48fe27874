import type { UnitResult } from './encode-record.ts';
import type { JobEvent, JobEventData, JobOutput, MeasuredRendition } from './events.ts';
import type { JobFailure, Warning } from './failure.ts';
import { canTransition, type JobState } from './job-state.ts';
import type { SourceMeta } from './probe.ts';
import type { TranscodeRequest } from './request.ts';

/** A job as its events tell it: the state that {@link fold} builds and every view is made of. */
export interface JobFold {
  readonly state: JobState;
  readonly request?: TranscodeRequest;
  readonly createdAt?: number;
  readonly source?: SourceMeta;
  readonly sourceUri?: string;
  readonly plan?: JobEventData<'PlanFrozen'>;
  /** Results by chunk index and by audio rendition. */
  readonly chunks: Readonly<Record<number, UnitResult>>;
  readonly audio: Readonly<Record<string, UnitResult>>;
  readonly measured: readonly MeasuredRendition[];
  readonly warnings: readonly Warning[];
  readonly output?: JobOutput;
  readonly failure?: JobFailure;
  readonly cancelReason?: string;
  /** When each state was entered, ms since the epoch. */
  readonly enteredAt: Readonly<Partial<Record<JobState, number>>>;
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

function enter(fold: JobFold, state: JobState, at: number): JobFold {
  if (!canTransition(fold.state, state)) throw new IllegalTransitionError(fold.state, state);
  return { ...fold, state, enteredAt: { ...fold.enteredAt, [state]: at } };
}

/**
 * The one reducer: what a job is after one more event.
 *
 * @throws {IllegalTransitionError} when the event would take the job along a transition that is not legal
 */
export function fold(job: JobFold, event: JobEvent): JobFold {
  switch (event.type) {
    case 'JobSubmitted':
      return {
        ...job,
        request: event.data.request,
        createdAt: event.at,
        enteredAt: { ...job.enteredAt, pending: event.at },
      };
    case 'ProbingStarted':
      return enter(job, 'probing', event.at);
    case 'SourceIngested':
      return { ...job, sourceUri: event.data.uri };
    case 'SourceProbed':
      return { ...job, source: event.data.source };
    case 'SplittingStarted':
      return enter(job, 'splitting', event.at);
    case 'PlanFrozen':
      return { ...job, plan: event.data };
    case 'SourceSplit':
      return job;
    case 'TranscodingStarted':
      return enter(job, 'transcoding', event.at);
    case 'ChunkEncoded':
      return { ...job, chunks: { ...job.chunks, [event.data.chunkIndex]: event.data.result } };
    case 'AudioEncoded':
      return { ...job, audio: { ...job.audio, [event.data.rendition]: event.data.result } };
    case 'MergingStarted':
      return enter(job, 'merging', event.at);
    case 'RenditionMerged':
      return { ...job, measured: [...job.measured, event.data.rendition] };
    case 'WarningRaised':
      return { ...job, warnings: [...job.warnings, event.data.warning] };
    case 'JobCompleted':
      return { ...enter(job, 'completed', event.at), output: event.data.output };
    case 'JobFailed':
      return { ...enter(job, 'failed', event.at), failure: event.data.failure };
    case 'JobCancelled':
      return { ...enter(job, 'cancelled', event.at), cancelReason: event.data.reason };
  }
}

/** Folds a whole log. */
export function foldAll(events: Iterable<JobEvent>): JobFold {
  let job = EMPTY_FOLD;
  for (const event of events) job = fold(job, event);
  return job;
}
