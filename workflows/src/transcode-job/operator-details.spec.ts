import { EMPTY_FOLD } from '@framefold/domain';
import { planRef, unitResult } from '../../test/job-fixture.ts';
import { operatorDetails } from './operator-details.ts';

describe('operatorDetails', () => {
  it('counts the chunks of the fold and of batches, and the retries', () => {
    const job = {
      ...EMPTY_FOLD,
      state: 'transcoding' as const,
      plan: planRef(500).frozen,
      chunks: { 0: unitResult('chunk-00000', 144, 3) },
    };
    expect(operatorDetails(job, 200).split('\n')).toEqual([
      '**transcoding**',
      '- chunks: 201 of 500 encoded',
      '- audio: 0 of 1 encoded',
      '- units that took more than one attempt: 1',
    ]);
  });

  it('says why a job failed', () => {
    const failure = {
      code: 'SOURCE_DAMAGED' as const,
      message: 'No.',
      hint: '',
      phase: 'probing' as const,
      retryable: false,
    };
    expect(operatorDetails({ ...EMPTY_FOLD, state: 'failed', failure }, 0)).toBe(
      '**failed**\n- failed in probing: SOURCE_DAMAGED: No.',
    );
  });
});
