import { canTransition, hasEnded, JOB_STATES, JobState } from './job-state.ts';

/** Written out apart from the code: rows from, columns to, in the order of JOB_STATES. */
const TABLE: Record<JobState, string> = {
  //           pe pr sp tr me co fa ca
  pending: '    .  x  .  .  .  .  x  x',
  probing: '    .  .  x  .  .  .  x  x',
  splitting: '  .  .  .  x  .  .  x  x',
  transcoding: '.  .  .  .  x  .  x  x',
  merging: '    .  .  .  .  .  x  x  x',
  completed: '  .  .  .  .  .  .  .  .',
  failed: '     x  .  .  .  .  .  .  .',
  cancelled: '  .  .  .  .  .  .  .  .',
};

const pairs = JOB_STATES.flatMap((from) =>
  TABLE[from]
    .trim()
    .split(/\s+/)
    .map((mark, column) => ({ from, to: JOB_STATES[column] ?? from, legal: mark === 'x' })),
);

describe('canTransition', () => {
  it('is judged on every pair of states', () => {
    expect(pairs).toHaveLength(JOB_STATES.length ** 2);
  });

  it.each(pairs)('$from -> $to: $legal', ({ from, to, legal }) => {
    expect(canTransition(from, to)).toBe(legal);
  });
});

describe('hasEnded', () => {
  it('holds for exactly the states in which a job rests', () => {
    expect(JOB_STATES.filter(hasEnded)).toEqual(['completed', 'failed', 'cancelled']);
  });
});

describe('JobState', () => {
  it('refuses a word that is no state', () => {
    expect(JobState.safeParse('paused').success).toBe(false);
  });
});
