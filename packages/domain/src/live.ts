import { z } from 'zod';
import { parseChunkUnit } from './store-keys.ts';

/**
 * Something of a job that runs: what an encoder reports between two events, or a step that reports nothing, under the
 * name of its activity. Lost on a restart, and never needed for correctness.
 */
export const LiveUnit = z.object({
  unit: z.string(),
  workerId: z.string(),
  temporalAttempt: z.number().int().positive(),
  framesDone: z.number().int().nonnegative(),
  /** Media seconds encoded per second. */
  speed: z.number().nonnegative(),
});
export type LiveUnit = z.infer<typeof LiveUnit>;

/** Finds what runs for a chunk at a rendition, whether it is encoded by itself or together with the others. */
export type LiveLookup = (chunkIndex: number, rendition: string) => LiveUnit | undefined;

/** Arranges reports by the chunks that they are of. */
export function liveChunks(live: readonly LiveUnit[]): LiveLookup {
  const byChunk = new Map<number, { readonly report: LiveUnit; readonly rendition?: string }[]>();
  for (const report of live) {
    const chunk = parseChunkUnit(report.unit);
    if (chunk === undefined) continue;
    byChunk.set(chunk.chunkIndex, [...(byChunk.get(chunk.chunkIndex) ?? []), { ...chunk, report }]);
  }
  return (chunkIndex, rendition) =>
    byChunk.get(chunkIndex)?.find((of) => of.rendition === undefined || of.rendition === rendition)?.report;
}
