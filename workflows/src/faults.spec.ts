import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { classOf, toFault } from './faults.ts';

const inActivity = (cause?: Error) =>
  new ActivityFailure('Activity task failed', 'encodeChunk', '1', 'NON_RETRYABLE_FAILURE', 'w', cause);
const inChild = (cause?: Error) =>
  new ChildWorkflowFailure('default', {}, 'encodeBatch', 'NON_RETRYABLE_FAILURE', cause);
const coded = ApplicationFailure.nonRetryable('It does not decode.', 'SOURCE_DAMAGED');

describe('toFault', () => {
  it.each([
    ['an activity', inActivity(coded)],
    ['an activity of a child workflow', inChild(inActivity(coded))],
    ['a child workflow', inChild(coded)],
    ['nothing', coded],
  ])('finds code and sentence inside %s', (_, error) => {
    expect(toFault(error)).toEqual({ code: 'SOURCE_DAMAGED', message: 'It does not decode.' });
  });

  it.each([
    ['a code that is not ours', ApplicationFailure.nonRetryable('Boom.', 'TypeError'), 'INTERNAL'],
    ['an inherited name', ApplicationFailure.nonRetryable('Boom.', 'toString'), 'INTERNAL'],
    ['no cause', inActivity(), 'INTERNAL'],
    ['lost heartbeats', inActivity(new TimeoutFailure('timed out', undefined, 'HEARTBEAT')), 'WORKER_LOST'],
    [
      'another time-out',
      inActivity(new TimeoutFailure('timed out', undefined, 'SCHEDULE_TO_CLOSE')),
      'INTERNAL',
    ],
    ['a batch that an operator ended', inChild(new TerminatedFailure('terminated')), 'INTERNAL'],
    ['a batch that an operator cancelled', inChild(new CancelledFailure('cancelled')), 'INTERNAL'],
  ])('makes of %s the code %s', (_, error, code) => {
    expect(toFault(error).code).toBe(code);
  });

  it('passes on what is a bug and no failure', () => {
    expect(() => toFault(new TypeError('undefined is not a function'))).toThrow(TypeError);
  });
});

describe('classOf', () => {
  it('follows the table of the domain', () => {
    expect(classOf({ code: 'ENCODER_CRASHED', message: '' })).toBe('encoder');
    expect(classOf({ code: 'STORE_FULL', message: '' })).toBe('platform');
  });
});
