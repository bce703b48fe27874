import { Context } from '@temporalio/activity';
import {
  AttemptRecord,
  CodedError,
  FAILURES,
  FailureCode,
  hasProved,
  storeKeys,
  takesWork,
} from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { workerReport, workerReports } from './worker-reports.ts';

/** After so many attempts of one scheduling whose worker vanished the piece itself is suspected. */
const MAX_LOST_ATTEMPTS = 3;

/** How long a worker leaves a unit to others on which the encoder broke here: they may be unable to take it, too. */
const DECLINE_MS = 60_000;

/** A unit of work as its attempts' records name it. */
export interface UnitName {
  readonly jobId: string;
  readonly unit: string;
  readonly generation: number;
  /** The encoder that a worker must have proved, where not every worker of the queue need have it. */
  readonly hardwareEncoder?: string;
}

/**
 * Decides by the records of earlier attempts whether this worker should try a unit now.
 *
 * @throws {CodedError} WORKER_LOST when attempts of this scheduling took their workers with them; WORKER_BUSY when the
 *   encoder broke on the unit here and another worker could try it, or when this one does not have its encoder
 */
export async function admitUnit(store: ObjectStore, name: UnitName, workerId: string): Promise<void> {
  const { activityId, taskQueue } = Context.current().info;
  const { hardwareEncoder } = name;
  if (hardwareEncoder !== undefined) {
    const self = await workerReport(store, workerId);
    if (self !== undefined && !hasProved(self, hardwareEncoder))
      throw new CodedError('WORKER_BUSY', `This worker has no ${hardwareEncoder}; another is to try it.`);
  }
  const attempts = await attemptsAt(store, name);
  const lost = attempts.filter(
    (attempt) => attempt.outcome === undefined && attempt.activityId === activityId,
  ).length;
  if (lost >= MAX_LOST_ATTEMPTS) {
    throw new CodedError('WORKER_LOST', `${lost} workers were lost while they encoded ${name.unit}.`);
  }
  // Temporal can't be asked for another worker, so the one that failed leaves the task to the others.
  const faults = attempts.filter(brokeEncoder);
  const broken = new Set(faults.map((attempt) => attempt.workerId));
  const latest = Math.max(0, ...faults.map(({ outcome }) => outcome?.endedAt ?? 0));
  const declines = broken.has(workerId) && Date.now() - latest < DECLINE_MS;
  if (declines && (await anotherServes(store, taskQueue, hardwareEncoder, broken))) {
    throw new CodedError(
      'WORKER_BUSY',
      `The encoder broke on ${name.unit} here; another worker is to try it.`,
    );
  }
}

async function attemptsAt(
  store: ObjectStore,
  { jobId, unit, generation }: UnitName,
): Promise<AttemptRecord[]> {
  const attempts: AttemptRecord[] = [];
  for await (const { key } of store.list(storeKeys.attemptsOf(jobId, unit))) {
    const stored = await store.get(key);
    if (stored === undefined) continue;
    const attempt = AttemptRecord.parse(JSON.parse(stored.toString()));
    if (attempt.generation === generation) attempts.push(attempt);
  }
  return attempts;
}

function brokeEncoder({ outcome }: AttemptRecord): boolean {
  const code = FailureCode.safeParse(outcome?.code);
  return outcome?.result === 'failed' && code.success && FAILURES[code.data].class === 'encoder';
}

/** Whether a worker that is not among `broken` takes tasks of the queue, and has the encoder where one is named. */
async function anotherServes(
  store: ObjectStore,
  taskQueue: string,
  encoder: string | undefined,
  broken: ReadonlySet<string>,
): Promise<boolean> {
  for (const report of await workerReports(store)) {
    const canEncode = encoder === undefined || hasProved(report, encoder);
    if (canEncode && !broken.has(report.id) && takesWork(report, taskQueue, Date.now())) return true;
  }
  return false;
}
