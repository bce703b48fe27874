import { sleep } from '@temporalio/workflow';
import { media } from '../activities.ts';
import type { DiscardLaterInput } from '../contract/workflows.ts';

/** Removes the pieces of a job that failed, unless it is cancelled before, because the job is run again. */
export async function discardLater({ jobId, afterHours }: DiscardLaterInput): Promise<void> {
  await sleep(`${afterHours} hours`, { summary: 'until nobody runs the job again' });
  await media.discard({ jobId, what: 'all' });
}
