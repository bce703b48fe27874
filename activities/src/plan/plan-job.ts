import {
  CodedError,
  FrameTable,
  makePlan,
  storeKeys,
  VIDEO_TIMESCALE,
  type Plan,
  type TranscodeRequest,
  type Warning,
} from '@framefold/domain';
import type { ObjectStore, ProcessRunner } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';

export interface PlanDeps {
  readonly store: ObjectStore;
  readonly runner: Pick<ProcessRunner, 'isolation'>;
}

/** Makes the job's plan from what the probe measured, and writes it to the store. */
export function planJob(deps: PlanDeps): MediaActivities['planJob'] {
  return async ({ jobId, request, source }) => {
    const stored = await deps.store.get(storeKeys.frames(jobId));
    if (stored === undefined) throw new CodedError('SOURCE_NO_VIDEO', 'The source has no video track.');
    const frames = FrameTable.parse(JSON.parse(stored.toString()));
    const { plan, warnings } = makePlan(jobId, request, source, frames);
    const planKey = storeKeys.plan(jobId);
    await deps.store.put(planKey, JSON.stringify(plan));
    return {
      planKey,
      frozen: summarisePlan(plan, planKey),
      warnings: [...warnings, ...limitWarnings(request), ...sandboxWarnings(deps.runner)],
    };
  };
}

/** The limits of a request that no worker holds yet: only the time is. */
function limitWarnings({ resourceLimits }: Pick<TranscodeRequest, 'resourceLimits'>): Warning[] {
  const names = (['maxCpuPercent', 'maxMemoryMb', 'maxDiskMb'] as const).filter(
    (name) => resourceLimits[name] !== undefined,
  );
  return names.map((name) => ({
    code: 'LIMIT_NOT_ENFORCED',
    message: `resourceLimits.${name} is recorded, but workers do not hold it yet.`,
  }));
}

function sandboxWarnings({ isolation }: Pick<ProcessRunner, 'isolation'>): Warning[] {
  if (isolation === 'sandbox') return [];
  return [{ code: 'SANDBOX_UNAVAILABLE', message: 'The worker has no sandbox; ffmpeg ran without one.' }];
}

function summarisePlan(
  plan: Plan,
  planKey: string,
): Awaited<ReturnType<MediaActivities['planJob']>>['frozen'] {
  return {
    planVersion: plan.version,
    planKey,
    renditions: plan.renditions,
    audio: plan.audio,
    segments: plan.chunks.reduce((sum, chunk) => sum + chunk.segments.length, 0),
    chunks: plan.chunks.map((chunk) => ({ frames: chunk.frames, segments: chunk.segments.length })),
    frames: plan.video.frames,
    durationSeconds: plan.video.durationTicks / VIDEO_TIMESCALE,
  };
}
