import { CodedError, FrameTable, makePlan, storeKeys, VIDEO_TIMESCALE, type Plan } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';

/** Makes the job's plan from what the probe measured, and writes it to the store. */
export function planJob(deps: { readonly store: ObjectStore }): MediaActivities['planJob'] {
  return async ({ jobId, request, source }) => {
    const stored = await deps.store.get(storeKeys.frames(jobId));
    if (stored === undefined) throw new CodedError('SOURCE_NO_VIDEO', 'The source has no video track.');
    const frames = FrameTable.parse(JSON.parse(stored.toString()));
    const { plan, warnings } = makePlan(jobId, request, source, frames);
    const planKey = storeKeys.plan(jobId);
    await deps.store.put(planKey, JSON.stringify(plan));
    return { planKey, frozen: summarisePlan(plan, planKey), warnings };
  };
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
