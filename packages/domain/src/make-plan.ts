import { SOFTWARE_ENCODER } from './encoders.ts';
import type { Warning } from './failure.ts';
import type { PlanRequest, ProbedSource } from './plan-inputs.ts';
import { planPicture } from './plan-picture.ts';
import { planSound } from './plan-sound.ts';
import { planWarnings } from './plan-warnings.ts';
import type { Plan } from './plan.ts';
import { rungsOf } from './profiles.ts';

/** A plan and what it leaves out of the sources. */
export interface PlanResult {
  readonly plan: Plan;
  readonly warnings: readonly Warning[];
}

/**
 * Plans a job from its request and probes alone, never from the state of the workers: the same job gives the same plan.
 * Only the encoder of a job that asks for hardware is chosen by what there is.
 *
 * @param sources of the request, in its order
 * @param encoder of the renditions in H.264
 * @throws {CodedError} SOURCE_NO_VIDEO, SOURCE_NO_AUDIO, SOURCE_DAMAGED or PLAN_INVALID
 */
export function makePlan(
  jobId: string,
  request: PlanRequest,
  sources: readonly ProbedSource[],
  encoder: string = SOFTWARE_ENCODER,
): PlanResult {
  const plan =
    rungsOf(request.ladder).length === 0
      ? planSound(jobId, request, sources)
      : planPicture(jobId, request, sources, encoder);
  const warnings = planWarnings(
    plan,
    sources.map(({ meta }) => meta),
  );
  return { plan, warnings };
}
