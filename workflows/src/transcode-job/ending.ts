import { describeFailure, type JobFailure } from '@framefold/domain';
import { CancellationScope } from '@temporalio/workflow';
import { toFault } from '../faults.ts';
import type { JobLog } from './job-log.ts';
import type { Redos } from './redos.ts';
import { produce, type Product } from './produce.ts';
import type { TranscodeJobInput } from '../contract/workflows.ts';

/** How a job can end. */
export type Ending =
  | { readonly status: 'completed'; readonly product: Product }
  | { readonly status: 'failed'; readonly failure: JobFailure }
  | { readonly status: 'cancelled'; readonly reason: string };

/** Takes a job to its end, whatever that is. Only a bug in workflow code throws. */
export async function bringToItsEnd(input: TranscodeJobInput, log: JobLog, redos: Redos): Promise<Ending> {
  try {
    return { status: 'completed', product: await produce(input, log, redos) };
  } catch (error) {
    const { code, message } = toFault(error);
    // Once a cancel was asked for, steps may fail in any way while they are being stopped.
    if (CancellationScope.current().consideredCancelled)
      return { status: 'cancelled', reason: 'Cancelled on request.' };
    return { status: 'failed', failure: describeFailure(code, message, log.job.state) };
  }
}
