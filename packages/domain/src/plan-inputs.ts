import { CodedError } from './failure.ts';
import type { Plan } from './plan.ts';
import type { FrameTable, SourceMeta } from './probe.ts';
import type { TranscodeRequest } from './request.ts';

/** Leaves room for decode lead and audio priming before the first frame: times in boxes can't be negative. */
export const PRESENTATION_ORIGIN_SECONDS = 1;

/** What of a request decides about the plan. */
export type PlanRequest = Pick<
  TranscodeRequest,
  'ladder' | 'audio' | 'segmentSeconds' | 'startSeconds' | 'endSeconds' | 'append'
> &
  Partial<Pick<TranscodeRequest, 'qualityReport'>>;

/** The part of a source that is taken, in seconds since its first frame. */
export type Trim = Pick<PlanRequest, 'startSeconds' | 'endSeconds'>;

/** A source as it was measured. */
export interface ProbedSource {
  readonly meta: SourceMeta;
  /** Of the video track; undefined where there is none. */
  readonly frames: FrameTable | undefined;
}

/** The part of a source that a request takes. @param index of the source, in the request's order */
export function trimOf(request: PlanRequest, index: number): Trim {
  return index === 0 ? request : (request.append[index - 1] ?? {});
}

/** Sound and text are cut at the end only where the client asks for an end; else they may outlast the picture. */
export function endOf(request: PlanRequest): Pick<Plan, 'isCut'> {
  return trimOf(request, request.append.length).endSeconds === undefined ? {} : { isCut: true };
}

/** How messages name a source. */
export function sourceName(index: number, count: number): string {
  return count === 1 ? 'The source' : `Source ${index + 1}`;
}

/** The failure of a request that takes nothing of a source. */
export function nothingLeft(sourceSeconds: number, which: string): CodedError {
  return new CodedError(
    'PLAN_INVALID',
    `${which} lasts ${sourceSeconds.toFixed(3)} s; no frame of it lies between startSeconds and endSeconds.`,
  );
}
