import { join } from 'node:path';
import { storeKeys, type Plan, type PlannedChunk } from '@framefold/domain';
import {
  packetsArgv,
  packetScanner,
  SLICE_CONTAINERS,
  sliceArgv,
  type Seek,
  type SliceContainer,
} from '@framefold/media';
import type { ObjectStore, ProcessRunner, ScratchSpace } from '@framefold/platform';
import type { MediaActivities } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceFile, sourceOf, sourcesOf, useFiles, type SourceDeps } from '../source-file.ts';

/** Copying a part of the largest source from a slow disk. */
const TIMEOUT_SECONDS = 1800;

const MEMORY_BYTES = 1024 ** 3;

/** Where copying begins, on each try: a seek may land late where a container has no exact index. */
const SEEKS: readonly Seek[] = [
  { from: 'keyframe', earlierSeconds: 0 },
  { from: 'keyframe', earlierSeconds: 10 },
];

export interface SplitDeps extends SourceDeps {
  readonly store: ObjectStore;
  readonly runner: ProcessRunner;
  readonly scratch: Pick<ScratchSpace, 'reserve'>;
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** Whether chunks get slices of the source: `auto` where the store's objects are no local files. */
  readonly slices: 'auto' | 'always' | 'never';
}

/**
 * Makes the pieces of the source that chunks read: none where they can read it in place, and none of a source that can't
 * be cut without loss; then all of them read it whole.
 */
export function splitSource(deps: SplitDeps): MediaActivities['splitSource'] {
  return ({ jobId, planKey, ...sources }) =>
    heartbeating(undefined, async (signal) => {
      const found = await Promise.all(sourcesOf(sources).map((source) => sourceFile(source, deps)));
      const isLocal = deps.store.localPath(storeKeys.slices(jobId) + 'any') !== undefined;
      if (planKey === undefined || deps.slices === 'never' || (deps.slices === 'auto' && isLocal))
        return { mode: 'in-place' };
      const plan = await loadPlan(deps.store, planKey);
      const sliceAll = async (files: readonly string[]): Promise<boolean> => {
        for (const chunk of plan.chunks) {
          signal.throwIfAborted();
          const { sizeBytes: sourceBytes } = sourceOf(sources, chunk.input);
          const file = files[chunk.input] ?? '';
          if (!(await sliceOf(deps, { jobId, plan, chunk, file, sourceBytes, signal }))) return false;
        }
        return true;
      };
      if (await useFiles(found, sliceAll, { signal })) return { mode: 'slices' };
      await deps.store.deleteAll(storeKeys.slices(jobId));
      return { mode: 'in-place' };
    });
}

interface SliceTask {
  readonly jobId: string;
  readonly plan: Plan;
  readonly chunk: PlannedChunk;
  readonly file: string;
  readonly sourceBytes: number;
  readonly signal: AbortSignal;
}

/** Puts the slice of a chunk into the store. @returns false when the source can't be cut so that all frames are in it */
async function sliceOf(deps: SplitDeps, task: SliceTask): Promise<boolean> {
  const { jobId, chunk, sourceBytes } = task;
  const key = storeKeys.slice(jobId, chunk.index);
  if ((await deps.store.head(key)) !== undefined) return true;
  const place = await deps.scratch.reserve(`${jobId}-slice-${chunk.index}`, sourceBytes);
  try {
    for (const container of SLICE_CONTAINERS) {
      for (const seek of SEEKS) {
        const slice = join(place.folder, 'slice');
        if (!(await cut(deps, task, place.folder, slice, seek, container))) continue;
        await deps.store.putFile(key, slice);
        return true;
      }
    }
    return false;
  } finally {
    await place.release();
  }
}

/** Whether a slice was cut and holds every frame of its chunk. */
async function cut(
  { runner, ffmpeg, ffprobe }: SplitDeps,
  { plan, chunk, file, signal }: SliceTask,
  folder: string,
  slice: string,
  seek: Seek,
  container: SliceContainer,
): Promise<boolean> {
  const common = { limits: { memoryBytes: MEMORY_BYTES }, timeoutSeconds: TIMEOUT_SECONDS, signal };
  const copied = await runner.run({
    program: ffmpeg,
    args: sliceArgv(plan, chunk, file, slice, seek, container),
    readable: [file],
    writable: folder,
    ...common,
  });
  signal.throwIfAborted();
  if (copied.exitCode !== 0) return false;
  const scanner = packetScanner();
  const scanned = await runner.run({
    program: ffprobe,
    args: packetsArgv(slice, 0),
    readable: [slice],
    onLine: scanner.push,
    ...common,
  });
  signal.throwIfAborted();
  const [first] = chunk.segments;
  const end = chunk.segments.at(-1)?.sourceEndPts ?? Infinity;
  const shown = scanner
    .done()
    .frames.filter(({ pts }) => first !== undefined && pts >= first.sourceStartPts && pts < end);
  return scanned.exitCode === 0 && new Set(shown.map(({ pts }) => pts)).size === chunk.frames;
}
