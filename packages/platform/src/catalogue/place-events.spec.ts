import { EMPTY_FOLD, foldAll, type JobEvent } from '@framefold/domain';
import { event, EXAMPLES, happyLog } from '@framefold/domain/testing';
import { placeEvents } from './place-events.ts';

const asNew = (events: readonly JobEvent[], stream = 'job') =>
  events.map((one, sequence) => ({ jobId: 'j', stream, sequence, event: one }));

describe('placing events in a log', () => {
  it('folds a log in order, JobSubmitted at position 0', () => {
    const placed = placeEvents({ job: EMPTY_FOLD, log: [] }, asNew(happyLog()));
    expect(placed.job).toEqual(foldAll(happyLog()));
    expect(placed.recorded.map(({ position }) => position)).toEqual(happyLog().map((_, index) => index));
    expect(placed.nextPosition).toBe(happyLog().length);
  });

  it('puts a late JobSubmitted before what came earlier', () => {
    const [submitted, ...rest] = happyLog();
    const before = placeEvents({ job: EMPTY_FOLD, log: [] }, asNew(rest.slice(0, 3), 'early'));
    expect(before.recorded.map(({ position }) => position)).toEqual([1, 2, 3]);
    const after = placeEvents(
      { job: before.job, nextPosition: before.nextPosition, log: rest.slice(0, 3) },
      asNew([submitted!]),
    );
    expect(after.recorded.map(({ position }) => position)).toEqual([0]);
    expect(after.job).toEqual(foldAll(happyLog().slice(0, 4)));
  });

  it('refuses what the state does not allow, and keeps what follows', () => {
    const cancelled = placeEvents(
      { job: EMPTY_FOLD, log: [] },
      asNew([happyLog()[0]!, event('JobCancelled', 2, EXAMPLES.JobCancelled)]),
    );
    const late = placeEvents({ job: cancelled.job, nextPosition: cancelled.nextPosition, log: [] }, [
      { jobId: 'j', stream: 'job', sequence: 7, event: event('JobCompleted', 3, EXAMPLES.JobCompleted) },
      { jobId: 'j', stream: 'chunks-0', sequence: 0, event: event('ChunkEncoded', 3, EXAMPLES.ChunkEncoded) },
    ]);
    expect(late.refused).toMatchObject([
      { event: { sequence: 7 }, reason: expect.stringContaining('cancelled') },
    ]);
    expect(late.recorded).toMatchObject([{ position: 2, stream: 'chunks-0' }]);
    expect(late.job.state).toBe('cancelled');
  });
});
