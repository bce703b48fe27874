import { z } from 'zod';

/** The states of a job, in the order in which a successful one passes through them. */
export const JOB_STATES = [
  'pending',
  'probing',
  'splitting',
  'transcoding',
  'merging',
  'completed',
  'failed',
  'cancelled',
] as const;

export const JobState = z.enum(JOB_STATES);
export type JobState = z.infer<typeof JobState>;

/** Which state may follow which. The only such table: reducer, workflow and tests read it. */
export const LEGAL_TRANSITIONS: Readonly<Record<JobState, readonly JobState[]>> = {
  pending: ['probing', 'failed', 'cancelled'],
  probing: ['splitting', 'failed', 'cancelled'],
  splitting: ['transcoding', 'failed', 'cancelled'],
  transcoding: ['merging', 'failed', 'cancelled'],
  merging: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: ['pending'],
  cancelled: [],
};

/** Whether a job in state `from` may move to `to`. Staying in a state is no transition. */
export function canTransition(from: JobState, to: JobState): boolean {
  return LEGAL_TRANSITIONS[from].includes(to);
}

/** Whether nothing more happens to a job in this state by itself. */
export function hasEnded(state: JobState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}
