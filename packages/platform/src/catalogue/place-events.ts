import {
  foldAll,
  IllegalTransitionError,
  type JobEvent,
  type JobFold,
  type NewEvent,
  type RecordedEvent,
} from '@framefold/domain';
import type { RefusedEvent } from './catalogue.ts';

/** Position 0 is kept for the first JobSubmitted, in case other streams' events arrive before it. */
const FIRST_POSITION = 1;

/** A job's log as far as placing further events needs it. */
export interface LogEnd {
  readonly job: JobFold;
  /** Of the next event; undefined for an empty log. */
  readonly nextPosition?: number;
  /** The events so far, in order; needed only while `job` has no request. */
  readonly log: readonly JobEvent[];
}

export interface Placed {
  readonly job: JobFold;
  readonly nextPosition: number;
  readonly recorded: readonly RecordedEvent[];
  readonly refused: readonly RefusedEvent[];
}

/** Gives new events their places at the end of a job's log, and folds them. All are of that job and not yet in its log. */
export function placeEvents(end: LogEnd, events: readonly NewEvent[]): Placed {
  let nextPosition = end.nextPosition ?? FIRST_POSITION;
  const submission =
    end.job.request === undefined ? events.find(({ event }) => event.type === 'JobSubmitted') : undefined;
  // What came before its JobSubmitted follows it in the log, and so in the fold.
  const start = submission === undefined ? end.job : foldAll([submission.event, ...end.log]);
  const others = events.filter((event) => event !== submission);
  const { job, legal, refused } = foldLegal(start, others);
  return {
    job,
    recorded: [
      ...(submission === undefined ? [] : [{ ...submission, position: 0 }]),
      ...legal.map((event) => ({ ...event, position: nextPosition++ })),
    ],
    nextPosition,
    refused,
  };
}

function foldLegal(
  start: JobFold,
  events: readonly NewEvent[],
): { job: JobFold; legal: readonly NewEvent[]; refused: readonly RefusedEvent[] } {
  try {
    return {
      job: foldAll(
        events.map(({ event }) => event),
        start,
      ),
      legal: events,
      refused: [],
    };
  } catch (error) {
    if (!(error instanceof IllegalTransitionError)) throw error;
  }
  // Rare: find out which.
  let job = start;
  const legal: NewEvent[] = [];
  const refused: RefusedEvent[] = [];
  for (const event of events) {
    try {
      job = foldAll([event.event], job);
      legal.push(event);
    } catch (error) {
      if (!(error instanceof IllegalTransitionError)) throw error;
      refused.push({ event, reason: error.message });
    }
  }
  return { job, legal, refused };
}
