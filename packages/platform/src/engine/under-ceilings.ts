import { stat } from 'node:fs/promises';
import {
  coarserQuality,
  ignoresCeiling,
  shareOfCeiling,
  type Plan,
  type TriedQuality,
  type VideoRendition,
} from '@framefold/domain';
import type { LocalRendition } from './encode-engine.ts';

/**
 * Encodes a chunk, and then again, coarser, those of its renditions that are above their ceilings because their encoder
 * ignores them.
 *
 * @param encode the chunk at the renditions of the plan that it is given
 * @returns the last run of each rendition, with its quality where that is not what was asked for
 */
export async function underCeilings(
  plan: Plan,
  encode: (plan: Plan) => Promise<readonly LocalRendition[]>,
): Promise<readonly LocalRendition[]> {
  const done = new Map<string, LocalRendition>();
  const tried = new Map<string, readonly TriedQuality[]>();
  let wanted: VideoRendition[] = [...plan.renditions];
  while (wanted.length > 0) {
    const again: VideoRendition[] = [];
    const encoded = await encode({ ...plan, renditions: wanted });
    for (const rendition of wanted) {
      const { name, crf } = rendition;
      const local = encoded.find((one) => one.name === name);
      if (local === undefined) continue;
      const earlier = tried.get(name) ?? [];
      done.set(name, earlier.length === 0 || crf === undefined ? local : { ...local, crf });
      if (crf === undefined || !ignoresCeiling(rendition)) continue;
      const runs = [...earlier, { crf, ofCeiling: shareOfCeiling(await weigh(local), rendition) }];
      tried.set(name, runs);
      const coarser = coarserQuality(runs);
      if (coarser !== undefined) again.push({ ...rendition, crf: coarser });
    }
    wanted = again;
  }
  return [...done.values()];
}

function weigh({ segments, timescale }: LocalRendition): Promise<{ sizeBytes: number; seconds: number }[]> {
  return Promise.all(
    segments.map(async ({ file, durationTicks }) => ({
      sizeBytes: (await stat(file)).size,
      seconds: durationTicks / timescale,
    })),
  );
}
