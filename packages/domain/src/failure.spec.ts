import { CodedError, describeFailure, FailureCode, FAILURES, JobFailure } from './failure.ts';

describe('FAILURES', () => {
  it.each(Object.entries(FAILURES))('%s has a class and a sentence that helps', (code, kind) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(['terminal', 'platform', 'encoder']).toContain(kind.class);
    expect(kind.hint).toMatch(/^[A-Z].*\.$/);
  });

  it('refuses a code that is not listed', () => {
    expect(FailureCode.safeParse('OUT_OF_LUCK').success).toBe(false);
  });
});

describe('describeFailure', () => {
  it.each([
    ['SOURCE_DAMAGED', false],
    ['ENCODER_CRASHED', true],
    ['STORE_FULL', true],
  ] as const)('%s: retryable is %p', (code, retryable) => {
    const failure = describeFailure(code, 'It broke.', 'probing');
    expect(JobFailure.parse(failure)).toEqual(failure);
    expect(failure).toMatchObject({
      code,
      message: 'It broke.',
      phase: 'probing',
      retryable,
      hint: FAILURES[code].hint,
    });
  });
});

describe('CodedError', () => {
  it('carries code, detail and cause', () => {
    const cause = new Error('EIO');
    const error = new CodedError('STORE_UNAVAILABLE', 'The store did not answer.', { key: 'k' }, { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'CodedError',
      code: 'STORE_UNAVAILABLE',
      detail: { key: 'k' },
      cause,
    });
  });
});
