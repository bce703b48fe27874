import { encoderRetryDelaySeconds, RETRY_POLICIES } from './retry-policies.ts';

it('waits ever longer between encoder retries, up to a minute', () => {
  expect([1, 2, 3, 4, 7, 8].map(encoderRetryDelaySeconds)).toEqual([1, 2, 4, 8, 60, 60]);
});

it('bounds no policy by attempts: draining workers use them up', () => {
  for (const policy of Object.values(RETRY_POLICIES)) expect(policy).not.toHaveProperty('maximumAttempts');
});
