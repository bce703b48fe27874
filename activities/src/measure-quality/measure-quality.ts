import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  CodedError,
  inSoftware,
  qualityUnit,
  storeKeys,
  type EncodedRendition,
  type Plan,
  type PlannedChunk,
  type QualityRecord,
} from '@framefold/domain';
import type { EncodeEngine, ObjectStore, QualityMeter } from '@framefold/platform';
import type { EncodeActivities } from '@framefold/workflows/contract';
import { attemptUnit, type AttemptDeps, type UnitRun } from '../attempt.ts';
import { chunkSource } from '../chunk-source.ts';
import { chunkParts } from '../merge/read-commits.ts';
import { loadPlan } from '../plan/load-plan.ts';
import { sourceOf, type SourceDeps } from '../source-file.ts';

export interface MeasureDeps extends SourceDeps, AttemptDeps {
  readonly meter: QualityMeter;
  readonly engine: Pick<EncodeEngine, 'build'>;
}

/** The scores of a frame, as text: both logs, and its times. */
const BYTES_PER_FRAME = 2048;

/**
 * Measures how like the source a chunk is, rendition by rendition, once however often it is called: one conditional put
 * of the record of all its numbers. A call that finds the record has nothing to do.
 */
export function measureQuality(deps: MeasureDeps): EncodeActivities['measureQuality'] {
  return async (input) => {
    const { jobId, chunkIndex, generation, sliced = false } = input;
    const key = storeKeys.quality(jobId, chunkIndex);
    if ((await deps.store.head(key)) !== undefined) return;
    const { chunk, plan } = chunkOf(await loadPlan(deps.store, input.planKey), chunkIndex);
    const names = plan.renditions.map(({ name }) => name);
    const parts = await chunkParts(deps.store, input, chunkIndex, names);
    const source = sourceOf(input, chunk.input);
    const read = await chunkSource(deps, { jobId, source, plan, chunk, sliced });
    const largest = Math.max(...parts.map(sizeOf));
    await attemptUnit(
      deps,
      {
        jobId,
        unit: qualityUnit(chunkIndex),
        generation,
        encoderBuild: deps.engine.build,
        limits: input.limits,
        scratchBytes: largest + chunk.frames * BYTES_PER_FRAME + read.copyBytes,
        // Those of the others differ in the rendition alone.
        argv: (scratchFolder) =>
          plan.renditions.slice(0, 1).flatMap((rendition) =>
            deps.meter.argv(
              {
                ...{ sourceFile: read.place, plan: read.plan, scratchFolder },
                renditionFile: renditionFile(scratchFolder),
              },
              chunk,
              rendition,
            ),
          ),
      },
      async (run, attempt) => {
        const renditions = await read.use(run, (sourceFile) =>
          measureAll(deps, { ...input, plan: read.plan, chunk, parts, sourceFile }, run),
        );
        const { attemptId, workerId, encoderBuild } = attempt;
        const record: QualityRecord = { jobId, chunkIndex, attemptId, workerId, encoderBuild, renditions };
        const isFirst = await deps.store.putIfAbsent(key, JSON.stringify(record));
        return { value: undefined, result: isFirst ? 'committed' : 'duplicate' };
      },
    );
  };
}

interface Measured {
  readonly jobId: string;
  readonly plan: Plan;
  readonly chunk: PlannedChunk;
  readonly parts: readonly EncodedRendition[];
  readonly sourceFile: string;
}

/** Measures the renditions one after the other; the time is for all of them together. */
async function measureAll(
  { store, meter }: MeasureDeps,
  { jobId, plan, chunk, parts, sourceFile }: Measured,
  run: UnitRun,
): Promise<QualityRecord['renditions']> {
  const file = renditionFile(run.scratchFolder);
  const startedAt = Date.now();
  const renditions: QualityRecord['renditions'] = [];
  for (const [index, rendition] of plan.renditions.entries()) {
    const part = parts[index];
    if (part === undefined) continue;
    await joinPart(store, jobId, part, file);
    const task = {
      ...run,
      ...{ sourceFile, plan, renditionFile: file },
      timeoutSeconds: run.timeoutSeconds - (Date.now() - startedAt) / 1000,
    };
    renditions.push({ name: rendition.name, segments: await meter.measure(task, chunk, rendition) });
    await rm(file);
  }
  return renditions;
}

/** The chunk, and the plan without hardware: whatever encoded them, renditions are decoded and compared by software. */
function chunkOf(plan: Plan, chunkIndex: number): { readonly chunk: PlannedChunk; readonly plan: Plan } {
  const chunk = plan.chunks[chunkIndex];
  if (chunk === undefined) throw new CodedError('INTERNAL', `The plan has no chunk ${chunkIndex}.`);
  return { chunk, plan: { ...plan, renditions: plan.renditions.map(inSoftware) } };
}

function renditionFile(folder: string): string {
  return join(folder, 'rendition.mp4');
}

function sizeOf({ init, segments }: EncodedRendition): number {
  return segments.reduce((sum, segment) => sum + segment.sizeBytes, init.sizeBytes);
}

/** Puts what a chunk gave for a rendition into one file: its init segment and its segments. */
async function joinPart(
  store: ObjectStore,
  jobId: string,
  { init, segments }: EncodedRendition,
  file: string,
): Promise<void> {
  for (const [index, { path }] of [init, ...segments].entries()) {
    const body = await store.stream(storeKeys.outputFile(jobId, path));
    if (body === undefined) throw new CodedError('OUTPUT_INVALID', `${path} is not in the store.`);
    await pipeline(body, createWriteStream(file, { flags: index === 0 ? 'w' : 'a' }));
  }
}
