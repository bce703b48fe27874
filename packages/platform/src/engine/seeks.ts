import type { Plan, PlannedChunk } from '@framefold/domain';
import { beginsWithTrack, type Seek } from '@framefold/media';

const SEEKS: readonly Seek[] = [
  { from: 'keyframe', earlierSeconds: 0 },
  { from: 'keyframe', earlierSeconds: 10 },
  { from: 'start' },
];

/**
 * Where decoding of a chunk begins, on each try. A seek can land late (no index, wrong index) or among frames that refer
 * to earlier ones (open GOP); only decoding from the start shows whether the source itself is to blame.
 */
export function seeksFor(plan: Plan, chunk: PlannedChunk): readonly Seek[] {
  return beginsWithTrack(plan, chunk) ? SEEKS.slice(-1) : SEEKS;
}
