import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Context } from '@temporalio/activity';
import {
  AttemptRecord,
  CodedError,
  CommitRecord,
  initPath,
  segmentPath,
  storeKeys,
  summarise,
  type AttemptOutcome,
  type EncodedRendition,
  type LiveUnit,
  type UnitResult,
} from '@framefold/domain';
import type { EncodeEngine, EngineProgress, LocalRendition, ObjectStore } from '@framefold/platform';
import { heartbeating } from './heartbeat.ts';

/** After so many attempts whose worker vanished the piece itself is suspected. */
const MAX_LOST_ATTEMPTS = 3;

export interface EncodeDeps {
  readonly store: ObjectStore;
  readonly engine: EncodeEngine;
  /** A folder of this worker for unfinished output. */
  readonly scratchFolder: string;
  readonly workerId: string;
}

/** A piece of work by which one commit record is made. */
export interface EncodeUnit {
  readonly jobId: string;
  readonly unit: string;
  readonly generation: number;
  readonly frames: number;
  readonly argv: (scratchFolder: string) => readonly string[];
  readonly encode: (run: UnitRun) => Promise<readonly LocalRendition[]>;
}

export interface UnitRun {
  readonly scratchFolder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EngineProgress) => void;
}

/**
 * Encodes a unit once, however often it is called: a start record before the encoder runs, output under names that
 * carry its hash, and one conditional put of the commit record. A call that finds the commit returns it.
 *
 * @throws {CodedError} WORKER_LOST when earlier attempts at this unit took their workers with them; what the engine throws
 */
export async function encodeUnit(deps: EncodeDeps, unit: EncodeUnit): Promise<UnitResult> {
  const committed = await readCommit(deps.store, unit);
  if (committed !== undefined) return summarise(committed);
  await refuseIfLost(deps.store, unit);

  const temporalAttempt = Context.current().info.attempt;
  const attemptId = `g${unit.generation}-${temporalAttempt}-${randomBytes(4).toString('hex')}`;
  const scratchFolder = join(deps.scratchFolder, `${unit.jobId}-${unit.unit}-${attemptId}`);
  const attempt: AttemptRecord = {
    jobId: unit.jobId,
    unit: unit.unit,
    generation: unit.generation,
    attemptId,
    temporalAttempt,
    workerId: deps.workerId,
    host: hostname(),
    encoderBuild: deps.engine.build,
    argv: [...unit.argv(scratchFolder)],
    startedAt: Date.now(),
  };
  const attemptKey = storeKeys.attempt(unit.jobId, unit.unit, attemptId);
  await deps.store.put(attemptKey, JSON.stringify(attempt));
  const end = async (outcome: Omit<AttemptOutcome, 'endedAt'>): Promise<void> =>
    deps.store.put(attemptKey, JSON.stringify({ ...attempt, outcome: { endedAt: Date.now(), ...outcome } }));

  let live: LiveUnit = { unit: unit.unit, workerId: deps.workerId, temporalAttempt, framesDone: 0, speed: 0 };
  try {
    return await heartbeating(
      () => live,
      async (signal) => {
        await mkdir(scratchFolder, { recursive: true });
        const local = await unit.encode({
          scratchFolder,
          signal,
          onProgress: (progress) => (live = { ...live, ...progress }),
        });
        signal.throwIfAborted();
        const renditions = await publish(deps.store, unit, local);
        const record: CommitRecord = {
          ...pick(attempt),
          endedAt: Date.now(),
          frames: unit.frames,
          renditions,
        };
        const key = storeKeys.commit(unit.jobId, unit.unit, unit.generation);
        const won = await deps.store.putIfAbsent(key, JSON.stringify(record));
        await end({ result: won ? 'committed' : 'duplicate' });
        return summarise(won ? record : ((await readCommit(deps.store, unit)) ?? record));
      },
    );
  } catch (error) {
    await end(outcomeOf(error));
    throw error;
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

function pick(attempt: AttemptRecord): Omit<CommitRecord, 'endedAt' | 'frames' | 'renditions'> {
  const { jobId, unit, generation, attemptId, temporalAttempt, workerId, encoderBuild, startedAt } = attempt;
  return { jobId, unit, generation, attemptId, temporalAttempt, workerId, encoderBuild, startedAt };
}

function outcomeOf(error: unknown): Omit<AttemptOutcome, 'endedAt'> {
  if (Context.current().cancellationSignal.aborted) return { result: 'cancelled' };
  if (error instanceof CodedError) {
    return { result: 'failed', code: error.code, message: error.message, evidence: { ...error.detail } };
  }
  return { result: 'failed', message: error instanceof Error ? error.message : String(error) };
}

/** The commit of a unit, if some attempt has made it. */
async function readCommit(
  store: ObjectStore,
  unit: Pick<EncodeUnit, 'jobId' | 'unit' | 'generation'>,
): Promise<CommitRecord | undefined> {
  const stored = await store.get(storeKeys.commit(unit.jobId, unit.unit, unit.generation));
  return stored === undefined ? undefined : CommitRecord.parse(JSON.parse(stored.toString()));
}

async function refuseIfLost(store: ObjectStore, unit: EncodeUnit): Promise<void> {
  let lost = 0;
  for await (const { key } of store.list(storeKeys.attemptsOf(unit.jobId, unit.unit))) {
    const stored = await store.get(key);
    if (stored === undefined) continue;
    const attempt = AttemptRecord.parse(JSON.parse(stored.toString()));
    if (attempt.generation === unit.generation && attempt.outcome === undefined) lost++;
  }
  if (lost >= MAX_LOST_ATTEMPTS) {
    throw new CodedError('WORKER_LOST', `${lost} workers were lost while they encoded ${unit.unit}.`);
  }
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
    renditions.push({ name: rendition.name, timescale: rendition.timescale, init, segments });
  }
  return renditions;
}

/** All units of a rendition share one init segment: the first to come writes it, the others must have the same bytes. */
async function publishInit(
  store: ObjectStore,
  unit: EncodeUnit,
  rendition: LocalRendition,
): Promise<EncodedRendition['init']> {
  const bytes = await readFile(rendition.initFile);
  const path = initPath(rendition.name);
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
