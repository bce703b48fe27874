import {
  describeFailure,
  type FailureCode,
  foldAll,
  type JobEvent,
  type JobEventData,
  type JobEventType,
} from '@framefold/domain';
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { media } from '../activities.ts';
import { DRY_RUN_LIMIT_MS, type DryRunInput, type DryRunResult } from '../contract/workflows.ts';
import { toFault } from '../faults.ts';
import { ingest, ingested, probe, probed } from '../transcode-job/sources.ts';

/** Only the time can cancel a part of it. */
const TIMED_OUT: { readonly code: FailureCode; readonly message: string } = {
  code: 'DRY_RUN_TIMED_OUT',
  message: `The source was not fetched, measured and planned within ${DRY_RUN_LIMIT_MS / 60_000} minutes.`,
};

/**
 * The way of a job up to its plan, by the same steps, and no further. Nothing of it is recorded, and nothing is left in
 * the store. A request that can't be planned is a result, not a failure of the workflow.
 */
export async function dryRun({ id, request }: DryRunInput): Promise<DryRunResult> {
  const log: JobEvent[] = [];
  const append = <K extends JobEventType>(type: K, data: JobEventData<K>): void =>
    void log.push({ type, at: Date.now(), data } as JobEvent);
  try {
    append('JobSubmitted', { request });
    await CancellationScope.withTimeout(DRY_RUN_LIMIT_MS, async () => {
      append('ProbingStarted', {});
      const sources = await ingest({ jobId: id, request });
      append('SourceIngested', ingested(sources));
      const probes = await probe(id, sources);
      append('SourceProbed', probed(probes));
      append('SplittingStarted', {});
      const plan = await media.planJob({ jobId: id, request, ...probes });
      append('PlanFrozen', plan.frozen);
      for (const warning of plan.warnings) append('WarningRaised', { warning });
    });
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error;
    const { code, message } = isCancellation(error) ? TIMED_OUT : toFault(error);
    append('JobFailed', { failure: describeFailure(code, message, foldAll(log).state) });
  } finally {
    await CancellationScope.nonCancellable(() => media.discard({ jobId: id, what: 'all' }));
  }
  return { log };
}
