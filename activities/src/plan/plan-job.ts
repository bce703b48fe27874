import {
  chooseHardwareEncoder,
  FrameTable,
  makePlan,
  settleLimits,
  storeKeys,
  VIDEO_TIMESCALE,
  type EncodeLimits,
  type HardwareEncoder,
  type JobQueue,
  type LimitCeilings,
  type Plan,
  TranscodeRequest,
  type Warning,
} from '@framefold/domain';
import type { ObjectStore, ProcessRunner, ResourceControl } from '@framefold/platform';
import { encodeTaskQueue, type MediaActivities } from '@framefold/workflows/contract';
import { workerReports } from '../worker-reports.ts';

export interface PlanDeps {
  readonly store: ObjectStore;
  readonly runner: Pick<ProcessRunner, 'isolation'>;
  readonly control: Pick<ResourceControl, 'holds' | 'kind'>;
  /** What the operator grants an attempt at most, by the job's queue. */
  readonly ceilings: Readonly<Record<JobQueue, LimitCeilings>>;
}

/** Makes the job's plan from what the probe measured, and writes it to the store. */
export function planJob(deps: PlanDeps): MediaActivities['planJob'] {
  return async ({ jobId, request: asked, source, appended = [] }) => {
    // A job that was submitted to an earlier version lacks what has come since.
    const request = TranscodeRequest.parse(asked);
    const sources = await Promise.all(
      [source, ...appended].map(async (meta, input) => ({
        meta,
        frames: await framesOf(deps.store, jobId, input),
      })),
    );
    const hardware = await hardwareEncoder(deps.store, request);
    const { plan, warnings } = makePlan(jobId, request, sources, hardware);
    const shortSides = sources.map(({ meta: { video } }) =>
      Math.min(video?.displayWidth ?? 0, video?.displayHeight ?? 0),
    );
    const settled = settleLimits(
      request.resourceLimits,
      deps.ceilings[request.queue],
      Math.max(...shortSides),
    );
    const planKey = storeKeys.plan(jobId, hardware);
    await deps.store.put(planKey, JSON.stringify(plan));
    return {
      planKey,
      frozen: { ...summarisePlan(plan, planKey), limits: settled.limits },
      warnings: [
        ...warnings,
        ...gpuWarnings(request, hardware),
        ...settled.warnings,
        ...limitWarnings(settled.limits, deps.control),
        ...sandboxWarnings(deps.runner),
      ],
    };
  };
}

async function framesOf(store: ObjectStore, jobId: string, input: number): Promise<FrameTable | undefined> {
  const stored = await store.get(storeKeys.frames(jobId, input));
  return stored === undefined ? undefined : FrameTable.parse(JSON.parse(stored.toString()));
}

/** The encoder for a job that asks for hardware, by what the workers of its GPU queue say now. */
async function hardwareEncoder(
  store: ObjectStore,
  { acceleration, queue }: TranscodeRequest,
): Promise<HardwareEncoder | undefined> {
  if (acceleration !== 'hardware') return undefined;
  return chooseHardwareEncoder(await workerReports(store), encodeTaskQueue(queue, 'gpu'), Date.now());
}

function gpuWarnings({ acceleration }: TranscodeRequest, hardware: HardwareEncoder | undefined): Warning[] {
  if (acceleration !== 'hardware' || hardware !== undefined) return [];
  const message = 'No worker offers a working hardware encoder; the picture was encoded in software.';
  return [{ code: 'GPU_UNAVAILABLE', message }];
}

/** A limit of processor time that this worker, and so probably its like, can't hold. */
function limitWarnings(
  { maxCpuPercent }: EncodeLimits,
  { holds, kind }: Pick<ResourceControl, 'holds' | 'kind'>,
): Warning[] {
  if (maxCpuPercent === undefined || holds.includes('cpu')) return [];
  return [
    {
      code: 'LIMIT_NOT_ENFORCED',
      message: `maxCpuPercent is not held: the worker has no control groups (${kind}).`,
    },
  ];
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
    subtitles: plan.subtitles,
    segments: plan.chunks.reduce((sum, chunk) => sum + chunk.segments.length, 0),
    chunks: plan.chunks.map((chunk) => ({ frames: chunk.frames, segments: chunk.segments.length })),
    frames: plan.video.frames,
    durationSeconds: plan.video.durationTicks / VIDEO_TIMESCALE,
  };
}
