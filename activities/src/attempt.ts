import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Context } from '@temporalio/activity';
import {
  clampLimits,
  CodedError,
  storeKeys,
  type AttemptOutcome,
  type AttemptRecord,
  type AttemptUsage,
  type EncodeLimits,
  type JobQueue,
  type LimitCeilings,
  type LiveUnit,
} from '@framefold/domain';
import type { EngineTask, ObjectStore, ResourceUsage, ScratchSpace, UseOptions } from '@framefold/platform';
import { admitUnit, type UnitName } from './admit-unit.ts';
import { heartbeating } from './heartbeat.ts';

export interface AttemptDeps {
  readonly store: ObjectStore;
  readonly scratch: Pick<ScratchSpace, 'reserve'>;
  readonly workerId: string;
  /** What the operator of this worker grants an attempt at most, by the job's queue. */
  readonly ceilings: Readonly<Record<JobQueue, LimitCeilings>>;
}

/** A piece of work that runs media programs. */
export interface AttemptedUnit extends UnitName {
  readonly encoderBuild: string;
  readonly limits: EncodeLimits;
  /** For all processes of an attempt together, where that is not what the limits say. */
  readonly timeoutSeconds?: number;
  /** Room that an attempt may need; never more than its limit is held for it. */
  readonly scratchBytes: number;
  readonly argv: (scratchFolder: string) => readonly string[];
}

/** What an attempt gives to the engine, and what it wants to know of the source. */
export type UnitRun = Required<Omit<EngineTask, 'sourceFiles' | 'plan'> & UseOptions>;

/** What an attempt took so far, for its records. */
export type AttemptCosts = Pick<AttemptOutcome, 'usage' | 'fetchedBytes'>;

/** What an attempt has come to, and whether that counts or another attempt was first. */
export interface AttemptResult<T> {
  readonly value: T;
  readonly result: 'committed' | 'duplicate';
}

const BYTES_PER_MB = 1024 ** 2;

/**
 * Tries a unit of work once: admitted by the records of earlier attempts, within its limits, in scratch space of its own,
 * with heartbeats, and on record from before its programs start until they have ended.
 *
 * @param work is given the run, the attempt's record and, when it asks, what it took so far
 * @throws {CodedError} WORKER_LOST or WORKER_BUSY as {@link admitUnit} does; WORKER_DISK_LOW; what `work` throws
 */
export async function attemptUnit<T>(
  deps: AttemptDeps,
  asked: AttemptedUnit,
  work: (run: UnitRun, attempt: AttemptRecord, costs: () => AttemptCosts) => Promise<AttemptResult<T>>,
): Promise<T> {
  const unit = { ...asked, limits: clampLimits(asked.limits, ceilingsHere(deps)) };
  await admitUnit(deps.store, unit, deps.workerId);

  const attemptId = `g${unit.generation}-${Context.current().info.attempt}-${randomBytes(4).toString('hex')}`;
  const diskBytes = unit.limits.maxDiskMb * BYTES_PER_MB;
  const place = await deps.scratch.reserve(
    `${unit.jobId}-${unit.unit}-${attemptId}`,
    Math.min(unit.scratchBytes, diskBytes),
  );
  try {
    return await runAttempt(deps, unit, attemptId, place.folder, work);
  } finally {
    await place.release();
  }
}

/** By the queue of the task; default and batch jobs share one, so that the wider of their ceilings holds. */
function ceilingsHere({ ceilings }: AttemptDeps): LimitCeilings {
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

async function runAttempt<T>(
  deps: AttemptDeps,
  unit: AttemptedUnit,
  attemptId: string,
  scratchFolder: string,
  work: Parameters<typeof attemptUnit<T>>[2],
): Promise<T> {
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
    encoderBuild: unit.encoderBuild,
    argv: [...unit.argv(scratchFolder)],
    limits: unit.limits,
    startedAt: Date.now(),
  };
  const attemptKey = storeKeys.attempt(unit.jobId, unit.unit, attemptId);
  await deps.store.put(attemptKey, JSON.stringify(attempt));
  let costs: AttemptCosts = {};
  const end = async (outcome: Omit<AttemptOutcome, 'endedAt' | keyof AttemptCosts>): Promise<void> =>
    deps.store.put(
      attemptKey,
      JSON.stringify({ ...attempt, outcome: { endedAt: Date.now(), ...outcome, ...costs } }),
    );

  let live: LiveUnit = { unit: unit.unit, workerId: deps.workerId, temporalAttempt, framesDone: 0, speed: 0 };
  try {
    return await heartbeating(
      () => live,
      async (signal) => {
        const run: UnitRun = {
          scratchFolder,
          signal,
          limits: processLimits(unit.limits),
          timeoutSeconds: unit.timeoutSeconds ?? unit.limits.timeoutSec,
          onProgress: (progress) => (live = { ...live, ...progress }),
          onUsage: (more) => (costs = { ...costs, usage: addUsage(costs.usage, more) }),
          onFetched: (bytes) => (costs = { ...costs, fetchedBytes: (costs.fetchedBytes ?? 0) + bytes }),
        };
        const { value, result } = await work(run, attempt, () => costs);
        await end({ result });
        return value;
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

/** The use of an attempt that runs its programs several times, one after the other. */
function addUsage(sum: AttemptUsage | undefined, more: ResourceUsage): AttemptUsage {
  return {
    cpuSeconds: (sum?.cpuSeconds ?? 0) + more.cpuSeconds,
    peakMemoryBytes: Math.max(sum?.peakMemoryBytes ?? 0, more.peakMemoryBytes),
    peakDiskBytes: Math.max(sum?.peakDiskBytes ?? 0, more.peakDiskBytes),
  };
}

function outcomeOf(error: unknown): Omit<AttemptOutcome, 'endedAt' | keyof AttemptCosts> {
  if (Context.current().cancellationSignal.aborted) return { result: 'cancelled' };
  if (error instanceof CodedError) {
    return { result: 'failed', code: error.code, message: error.message, evidence: { ...error.detail } };
  }
  return { result: 'failed', message: error instanceof Error ? error.message : String(error) };
}
