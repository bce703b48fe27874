import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  diskLevel,
  storeKeys,
  WORKER_SILENCE_LIMIT_MS,
  type ProvedEncoder,
  type WorkerReport,
} from '@framefold/domain';
import type { ObjectStore, ScratchSpace } from '@framefold/platform';
import type { Gate } from '@framefold/runtime';
import type { Logger } from '@framefold/telemetry';

/** Time between two rounds of checks that found an obstacle. */
const ROUND_MS = 10_000;

/** A difference of clocks that does no harm yet, in ms. */
const TOLERATED_SKEW_MS = 5_000;

/** Finds out what is in the way of work; undefined when nothing is. */
export type Check = () => Promise<string | undefined>;

/** What a worker needs before it takes work, by name. */
export type Checks = Readonly<Record<string, Check>>;

/**
 * Runs checks until none finds an obstacle, with the gate closed meanwhile.
 *
 * @param signal gives up: the worker is to stop
 */
export async function untilReady(
  checks: Checks,
  { gate, logger, signal }: { readonly gate: Gate; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const obstacles: string[] = [];
    for (const [name, check] of Object.entries(checks)) {
      const obstacle = await check().catch((error: unknown) => String(error));
      if (obstacle !== undefined) obstacles.push(`${name}: ${obstacle}`);
    }
    if (obstacles.length === 0) return;
    gate.close('starting', obstacles.join(' '));
    logger.error({ obstacles }, 'this worker takes no work yet');
    await delay(ROUND_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Writes an object and reads it back. Also compares the store's clock, by which workers judge each other, with ours. */
export function storeCheck(store: ObjectStore, workerId: string, logger: Logger): Check {
  return async () => {
    const key = storeKeys.health(workerId);
    const before = Date.now();
    await store.put(key, workerId);
    const [text, stored] = [await store.get(key), await store.head(key)];
    const after = Date.now();
    await store.delete(key);
    if (text?.toString() !== workerId || stored === undefined)
      return 'the store does not give back what was written.';
    const skewMs = Math.max(before - stored.modifiedAt, stored.modifiedAt - after, 0);
    if (skewMs > WORKER_SILENCE_LIMIT_MS)
      return `the clock is ${Math.round(skewMs / 1000)} s off the store's; synchronise it.`;
    if (skewMs > TOLERATED_SKEW_MS) logger.warn({ skewMs }, "this machine's clock is off the store's");
    return undefined;
  };
}

/** Room for scratch. */
export function diskCheck(scratch: Pick<ScratchSpace, 'state'>): Check {
  return async () => {
    const disk = await scratch.state();
    return diskLevel(disk) === 'full' ? 'less than 5 % of the scratch disk is free.' : undefined;
  };
}

export interface EncoderCheckOptions {
  /** What the other workers say of themselves. */
  readonly reports: () => Promise<readonly WorkerReport[]>;
  readonly workerId: string;
  /** The encoder build; equal builds must give equal bytes on equal processors. */
  readonly build: string;
  readonly prove: () => Promise<ProvedEncoder>;
}

/**
 * Encodes real frames, and compares the bytes with what the workers got that serve the pool with the same build and
 * processor: one that differs from most of them would spoil the jobs that it takes part in.
 */
export function encoderCheck({ reports, workerId, build, prove }: EncoderCheckOptions): Check {
  return async () => {
    const proof = await prove();
    if (!proof.works) return `${proof.name}: ${proof.reason ?? 'the trial encode failed.'}`;
    const unlike: string[] = [];
    let like = 0;
    for (const other of await reports()) {
      const theirs = trialOf(other, proof.name);
      const isPeer = other.encoderBuild === build && other.cpuModel === cpus()[0]?.model;
      if (other.id === workerId || !isPeer || !isServing(other) || theirs === undefined) continue;
      if (theirs === proof.sha256) like++;
      else unlike.push(other.id);
    }
    if (unlike.length <= like) return undefined;
    return `its trial encode with ${proof.name} gives other bytes than those of ${unlike.join(', ')}, of the same encoder build (${build}) and processor.`;
  };
}

function trialOf({ proved }: WorkerReport, encoder: string): string | undefined {
  return proved.find(({ name, device }) => name === encoder && device === 'cpu')?.sha256;
}

function isServing({ status, lastHeartbeat }: WorkerReport): boolean {
  const isHeard = Date.now() - lastHeartbeat <= WORKER_SILENCE_LIMIT_MS;
  return isHeard && (status === 'idle' || status === 'busy');
}
