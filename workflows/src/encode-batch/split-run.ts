import type { ChunkRun } from '../contract/workflows.ts';

/** Cuts a run of chunks into runs of at most `size` chunks. */
export function splitRun(run: ChunkRun, size: number): ChunkRun[] {
  const runs: ChunkRun[] = [];
  let framesBefore = run.framesBefore;
  for (let offset = 0; offset < run.chunkFrames.length; offset += size) {
    const chunkFrames = run.chunkFrames.slice(offset, offset + size);
    runs.push({ firstChunk: run.firstChunk + offset, chunkFrames, framesBefore });
    framesBefore += chunkFrames.reduce((sum, frames) => sum + frames, 0);
  }
  return runs;
}
