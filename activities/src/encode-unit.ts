import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { Context } from '@temporalio/activity';
import {
  CodedError,
  CommitRecord,
  initPath,
  segmentPath,
  storeKeys,
  summarise,
  clampLimits,
  type AttemptOutcome,
  type AttemptRecord,
  type AttemptUsage,
  type EncodedRendition,
  type EncodeLimits,
  type JobQueue,
  type LimitCeilings,
  type LiveUnit,
  type UnitResult,
} from '@framefold/domain';
import type {
  EncodeEngine,
  EngineTask,
  LocalRendition,
  ObjectStore,
  ResourceUsage,
  ScratchSpace,
} from '@framefold/platform';
import { admitUnit } from './admit-unit.ts';
import { heartbeating } from './heartbeat.ts';
import type { SourceDeps } from './source-file.ts';

export interface EncodeDeps extends SourceDeps {
  readonly engine: EncodeEngine;
  readonly scratch: Pick<ScratchSpace, 'reserve'>;
  readonly workerId: string;
  /** What the operator of this worker grants an attempt at most, by the job's queue. */
  readonly ceilings: Readonly<Record<JobQueue, LimitCeilings>>;
}

/** A piece of work by which one commit record is made. */
export interface EncodeUnit {
  readonly jobId: string;
  readonly unit: string;
  readonly generation: number;
  /** The encoder that a worker must have proved, where not every worker of the queue need have it. */
  readonly hardwareEncoder?: string;
  readonly frames: number;
  readonly limits: EncodeLimits;
  /** For all processes of an attempt together, where that is not what the limits say. */
  readonly timeoutSeconds?: number;
  /** Room that an attempt may need; never more than its limit is held for it. */
  readonly scratchBytes: number;
  readonly argv: (scratchFolder: string) => readonly string[];
  readonly encode: (run: UnitRun) => Promise<readonly LocalRendition[]>;
}

/** What an attempt gives to the engine. */
export type UnitRun = Required<Omit<EngineTask, 'sourceFiles' | 'plan'>>;

const BYTES_PER_MB = 1024 ** 2;

/**
 * Encodes a unit once, however often it is called: a start record before the encoder runs, output under names that
 * carry its hash, and one conditional put of the commit record. A call that finds the commit returns it.
 *
 * @throws {CodedError} WORKER_LOST or WORKER_BUSY as {@link admitUnit} does; WORKER_DISK_LOW; what the engine throws
 */
export async function encodeUnit(deps: EncodeDeps, asked: EncodeUnit): Promise<UnitResult> {
  const unit = { ...asked, limits: clampLimits(asked.limits, ceilingsHere(deps)) };
  const committed = await readCommit(deps.store, unit);
  if (committed !== undefined) return summarise(committed);
  await admitUnit(deps.store, unit, deps.workerId);

  const attemptId = `g${unit.generation}-${Context.current().info.attempt}-${randomBytes(4).toString('hex')}`;
  const diskBytes = unit.limits.maxDiskMb * BYTES_PER_MB;
  const place = await deps.scratch.reserve(
    `${unit.jobId}-${unit.unit}-${attemptId}`,
    Math.min(unit.scratchBytes, diskBytes),
  );
  try {
    return await attemptUnit(deps, unit, attemptId, place.folder);
  } finally {
    await place.release();
  }
}

/** By the queue of the task; default and batch jobs share one, so that the wider of their ceilings holds. */
function ceilingsHere({ ceilings }: EncodeDeps): LimitCeilings {
  if (Context.current().info.taskQueue.endsWith('-live')) return ceilings.live;
  const wider = (name: keyof LimitCeilings): number =>
    Math.max(ceilings.default[name] ?? Infinity, ceilings.batch[name] ?? Infinity);
  return {
    maxCpuPercent: wider('maxCpuPercent'),
    maxMemoryMb: wider('maxMemoryMb'),
    maxDiskMb: wider('maxDiskMb'),
    timeoutSec: wider('timeoutSec'),
  };
}

async function attemptUnit(
  deps: EncodeDeps,
  unit: EncodeUnit,
  attemptId: string,
  scratchFolder: string,
): Promise<UnitResult> {
  const { attempt: temporalAttempt, activityId } = Context.current().info;
  const attempt: AttemptRecord = {
    jobId: unit.jobId,
    unit: unit.unit,
    generation: unit.generation,
    attemptId,
    temporalAttempt,
    activityId,
    workerId: deps.workerId,
    host: hostname(),
    encoderBuild: deps.engine.build,
    argv: [...unit.argv(scratchFolder)],
    limits: unit.limits,
    startedAt: Date.now(),
  };
  const attemptKey = storeKeys.attempt(unit.jobId, unit.unit, attemptId);
  await deps.store.put(attemptKey, JSON.stringify(attempt));
  let usage: AttemptUsage | undefined;
  const end = async (outcome: Omit<AttemptOutcome, 'endedAt' | 'usage'>): Promise<void> =>
    deps.store.put(
      attemptKey,
      JSON.stringify({
        ...attempt,
        outcome: { endedAt: Date.now(), ...outcome, ...(usage === undefined ? {} : { usage }) },
      }),
    );

  let live: LiveUnit = { unit: unit.unit, workerId: deps.workerId, temporalAttempt, framesDone: 0, speed: 0 };
  try {
    return await heartbeating(
      () => live,
      async (signal) => {
        const local = await unit.encode({
          scratchFolder,
          signal,
          limits: processLimits(unit.limits),
          timeoutSeconds: unit.timeoutSeconds ?? unit.limits.timeoutSec,
          onProgress: (progress) => (live = { ...live, ...progress }),
          onUsage: (more) => (usage = addUsage(usage, more)),
        });
        signal.throwIfAborted();
        const renditions = await publish(deps.store, unit, local);
        const record: CommitRecord = {
          ...pick(attempt),
          endedAt: Date.now(),
          frames: unit.frames,
          renditions,
          ...(usage === undefined ? {} : { usage }),
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
  }
}

function processLimits({ maxCpuPercent, maxMemoryMb, maxDiskMb }: EncodeLimits): UnitRun['limits'] {
  return {
    ...(maxCpuPercent === undefined ? {} : { cpuPercent: maxCpuPercent }),
    memoryBytes: maxMemoryMb * BYTES_PER_MB,
    diskBytes: maxDiskMb * BYTES_PER_MB,
  };
}

/** The use of an attempt that runs its encoder several times, one after the other. */
function addUsage(sum: AttemptUsage | undefined, more: ResourceUsage): AttemptUsage {
  return {
    cpuSeconds: (sum?.cpuSeconds ?? 0) + more.cpuSeconds,
    peakMemoryBytes: Math.max(sum?.peakMemoryBytes ?? 0, more.peakMemoryBytes),
    peakDiskBytes: Math.max(sum?.peakDiskBytes ?? 0, more.peakDiskBytes),
  };
}

function pick(attempt: AttemptRecord): Omit<CommitRecord, 'endedAt' | 'frames' | 'renditions' | 'usage'> {
  const { jobId, unit, generation, attemptId, temporalAttempt, workerId, encoderBuild, startedAt } = attempt;
  return { jobId, unit, generation, attemptId, temporalAttempt, workerId, encoderBuild, startedAt };
}

function outcomeOf(error: unknown): Omit<AttemptOutcome, 'endedAt' | 'usage'> {
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
