import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  CodedError,
  CommitRecord,
  initPath,
  segmentPath,
  storeKeys,
  summarise,
  type AttemptRecord,
  type EncodedRendition,
  type UnitResult,
} from '@framefold/domain';
import type { EncodeEngine, LocalRendition, ObjectStore } from '@framefold/platform';
import {
  attemptUnit,
  type AttemptCosts,
  type AttemptDeps,
  type AttemptedUnit,
  type UnitRun,
} from './attempt.ts';
import type { SourceDeps } from './source-file.ts';

export interface EncodeDeps extends SourceDeps, AttemptDeps {
  readonly engine: EncodeEngine;
}

/** A piece of work by which one commit record is made. */
export interface EncodeUnit extends Omit<AttemptedUnit, 'encoderBuild'> {
  readonly frames: number;
  readonly encode: (run: UnitRun) => Promise<readonly LocalRendition[]>;
}

/**
 * Encodes a unit once, however often it is called: a start record before the encoder runs, output under names that
 * carry its hash, and one conditional put of the commit record. A call that finds the commit returns it.
 *
 * @throws {CodedError} what an attempt throws, and the engine
 */
export async function encodeUnit(deps: EncodeDeps, unit: EncodeUnit): Promise<UnitResult> {
  const committed = await readCommit(deps.store, unit);
  if (committed !== undefined) return summarise(committed);
  return attemptUnit(deps, { ...unit, encoderBuild: deps.engine.build }, async (run, attempt, costs) => {
    const local = await unit.encode(run);
    run.signal.throwIfAborted();
    const renditions = await publish(deps.store, unit, local);
    const record: CommitRecord = {
      ...pick(attempt),
      endedAt: Date.now(),
      frames: unit.frames,
      renditions,
      ...costs(),
    };
    const key = storeKeys.commit(unit.jobId, unit.unit, unit.generation);
    if (await deps.store.putIfAbsent(key, JSON.stringify(record)))
      return { value: summarise(record), result: 'committed' };
    return { value: summarise((await readCommit(deps.store, unit)) ?? record), result: 'duplicate' };
  });
}

function pick(
  attempt: AttemptRecord,
): Omit<CommitRecord, 'endedAt' | 'frames' | 'renditions' | keyof AttemptCosts> {
  const { jobId, unit, generation, attemptId, temporalAttempt, workerId, encoderBuild, startedAt } = attempt;
  return { jobId, unit, generation, attemptId, temporalAttempt, workerId, encoderBuild, startedAt };
}

/** The commit of a unit, if some attempt has made it. */
async function readCommit(
  store: ObjectStore,
  unit: Pick<EncodeUnit, 'jobId' | 'unit' | 'generation'>,
): Promise<CommitRecord | undefined> {
  const stored = await store.get(storeKeys.commit(unit.jobId, unit.unit, unit.generation));
  return stored === undefined ? undefined : CommitRecord.parse(JSON.parse(stored.toString()));
}

async function publish(
  store: ObjectStore,
  unit: EncodeUnit,
  local: readonly LocalRendition[],
): Promise<EncodedRendition[]> {
  const renditions: EncodedRendition[] = [];
  for (const rendition of local) {
    const init = await publishInit(store, unit, rendition);
    const segments = [];
    for (const { file, ...segment } of rendition.segments) {
      const sha256 = await hashFile(file);
      const path = segmentPath(rendition.name, segment.index, sha256);
      const { size } = await stat(file);
      await store.putFile(storeKeys.outputFile(unit.jobId, path), file);
      segments.push({ ...segment, path, sizeBytes: size, sha256 });
    }
    const { name, timescale, crf } = rendition;
    renditions.push({ name, timescale, init, ...(crf === undefined ? {} : { crf }), segments });
  }
  return renditions;
}

/**
 * All units of a rendition's generation share one init segment: the first to come writes it, the others must have the
 * same bytes.
 */
async function publishInit(
  store: ObjectStore,
  unit: EncodeUnit,
  rendition: LocalRendition,
): Promise<EncodedRendition['init']> {
  const bytes = await readFile(rendition.initFile);
  const path = initPath(rendition.name, unit.generation);
  const key = storeKeys.outputFile(unit.jobId, path);
  if (!(await store.putIfAbsent(key, bytes)) && !(await store.get(key))?.equals(bytes)) {
    throw new CodedError(
      'ENCODER_OUTPUT_INVALID',
      `${unit.unit}: the init segment of ${rendition.name} differs from the others'.`,
    );
  }
  return { path, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
