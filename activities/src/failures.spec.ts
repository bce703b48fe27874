import { quietEnvironment } from './testing/quiet-environment.ts';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CodedError, FAILURES, type FailureCode } from '@framefold/domain';
import { toApplicationFailure, withFailures } from './failures.ts';

const run = (error: Error, attempt = 1): Promise<unknown> => {
  const { fail } = withFailures({ fail: (_input: object) => Promise.reject(error) });
  return quietEnvironment({ attempt }).run(fail, {});
};

describe('toApplicationFailure', () => {
  it('keeps code, sentence and detail', () => {
    const failure = toApplicationFailure(new CodedError('SOURCE_EMPTY', 'No bytes.', { sizeBytes: 0 }), 1);
    expect(failure).toMatchObject({
      type: 'SOURCE_EMPTY',
      message: 'No bytes.',
      details: [{ sizeBytes: 0 }],
    });
  });

  it.each(Object.keys(FAILURES) as FailureCode[])(
    'lets the server retry %s only if it is a platform fault',
    (code) => {
      const failure = toApplicationFailure(new CodedError(code, 'x'), 1);
      expect(failure.nonRetryable).toBe(FAILURES[code].class !== 'platform');
    },
  );

  it('gives up on what no code foresaw after five tries', () => {
    expect(toApplicationFailure(new TypeError('x is undefined'), 4)).toMatchObject({
      type: 'INTERNAL',
      message: expect.stringContaining('x is undefined') as string,
      nonRetryable: false,
    });
    expect(toApplicationFailure('text', 5)).toMatchObject({
      type: 'INTERNAL',
      message: expect.stringContaining('text') as string,
      nonRetryable: true,
    });
  });
});

describe('withFailures', () => {
  it('passes input and result through', async () => {
    const { double } = withFailures({ double: (input: { n: number }) => Promise.resolve(2 * input.n) });
    expect(await quietEnvironment().run(double, { n: 4 })).toBe(8);
  });

  it('throws failures of Temporal', async () => {
    await expect(run(new CodedError('STORE_FULL', 'Full.'))).rejects.toBeInstanceOf(ApplicationFailure);
    await expect(run(new Error('odd'), 5)).rejects.toMatchObject({ type: 'INTERNAL', nonRetryable: true });
  });

  it('never gives up on what has no last attempt', async () => {
    const { fail } = withFailures({ fail: (_input: object) => Promise.reject(new Error('odd')) }, Infinity);
    const failing = quietEnvironment({ attempt: 1000 }).run(fail, {});
    await expect(failing).rejects.toMatchObject({ type: 'INTERNAL', nonRetryable: false });
  });

  it('leaves failures of Temporal as they are', async () => {
    const own = ApplicationFailure.retryable('later', 'OWN');
    await expect(run(own)).rejects.toBe(own);
  });

  it('ends a cancelled activity as cancelled, whatever it threw', async () => {
    const environment = quietEnvironment();
    const { fail } = withFailures({
      fail: (_input: object) => {
        environment.cancel();
        return Promise.reject(new CodedError('ENCODER_CRASHED', 'Killed by the cancel.'));
      },
    });
    await expect(environment.run(fail, {})).rejects.toBeInstanceOf(CancelledFailure);
  });
});
