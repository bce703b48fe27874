import type { Config } from '@framefold/config';
import type { ProvedEncoder } from '@framefold/domain';
import {
  processWorkerId,
  Quarantine,
  startReporting,
  startWorkers,
  WorkerState,
  type Role,
  type WorkerFacts,
} from '@framefold/runtime';
import type { Logger } from '@framefold/telemetry';
import { assemble, type Assembly } from './assemble.ts';
import { diskCheck, encoderCheck, storeCheck, untilReady, type Check, type Checks } from './readiness.ts';
import { watchMachine } from './watch-machine.ts';

/** Video encoders of the ffmpeg engine that plans can name. */
const ENCODERS = ['libx264'] as const;

export interface WorkerProgram {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly logger: Logger;
  /** Aborting drains the worker. */
  readonly signal: AbortSignal;
}

/**
 * Runs the workers of this process until they are told to stop and have drained. It takes work only after its checks
 * have passed: tools, trial encodes, store, clock, disk.
 *
 * @throws {MissingToolError} when a program that the roles need is not configured
 * @throws when Temporal stays away, or a worker breaks
 */
export async function runWorker(program: WorkerProgram): Promise<void> {
  const { config, roles, logger, signal } = program;
  const workerId = processWorkerId();
  const state = new WorkerState();
  state.gate.close('starting', 'It is being checked.');
  const assembly = await assemble({ config, roles, workerId, logger });
  const { store, scratch, control, activities } = assembly;
  const proofs = new Map<string, ProvedEncoder>();
  const encoders = encoderChecks(assembly, workerId, proofs);
  const machine = watchMachine({ scratch, control, gate: state.gate, logger });
  const facts = async (): Promise<WorkerFacts> => ({
    ...describeAssembly(assembly, [...proofs.values()]),
    ...(machine.disk === undefined ? {} : { disk: machine.disk }),
  });
  const reporting = await startReporting({ config, store, workerId, roles, state, facts, logger });
  try {
    await untilReady(checksOf(program, assembly, workerId, encoders), { gate: state.gate, logger, signal });
    const quarantine = new Quarantine({ gate: state.gate, check: () => firstObstacle(encoders), logger });
    state.tasks.onEncodeEnd = (end) => quarantine.note(end);
    state.gate.open('starting');
    await work(program, workerId, state, activities, () => void reporting.report());
  } finally {
    await machine.stop();
    await reporting.stop();
    await scratch.close();
  }
}

/** Works until told to stop, and then until the running tasks have had their time. */
async function work(
  { config, roles, logger, signal }: WorkerProgram,
  workerId: string,
  state: WorkerState,
  activities: Assembly['activities'],
  report: () => void,
): Promise<void> {
  const metricsPort = config.ports.workerMetrics;
  const workers = await startWorkers({
    config,
    roles,
    activities,
    workerId,
    state,
    metricsPort,
    logger,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (workers === undefined) return;
  report();
  const drain = (): void => {
    workers.drain();
    report();
  };
  if (signal.aborted) drain();
  else signal.addEventListener('abort', drain, { once: true });
  await workers.stopped;
}

function checksOf(
  { config, roles, logger }: WorkerProgram,
  { store, scratch, runner, toolObstacle }: Assembly,
  workerId: string,
  encoders: Checks,
): Checks {
  return {
    sandbox: async () =>
      config.sandbox === 'required' && runner.isolation === 'none'
        ? `FRAMEFOLD_SANDBOX=required, and ${runner.isolationNote}.`
        : undefined,
    tools: toolObstacle,
    store: storeCheck(store, workerId, logger),
    disk: diskCheck(scratch),
    ...(roles.includes('encode-cpu') ? encoders : {}),
  };
}

/** A trial for each encoder that plans can name; what it shows is kept in `proofs`. */
function encoderChecks(
  { store, engine, prove }: Assembly,
  workerId: string,
  proofs: Map<string, ProvedEncoder>,
): Checks {
  const check = (name: string): Check =>
    encoderCheck({
      store,
      workerId,
      build: engine.build,
      prove: async () => {
        const { sha256, ...proved } = await prove(name);
        proofs.set(name, proved);
        return { ...proved, ...(sha256 === undefined ? {} : { sha256 }) };
      },
    });
  return Object.fromEntries(ENCODERS.map((name) => [name, check(name)]));
}

async function firstObstacle(checks: Checks): Promise<string | undefined> {
  for (const [name, check] of Object.entries(checks)) {
    const obstacle = await check();
    if (obstacle !== undefined) return `${name}: ${obstacle}`;
  }
  return undefined;
}

function describeAssembly({ control, runner, engine }: Assembly, proved: ProvedEncoder[]): WorkerFacts {
  const { kind, holds, note } = control;
  return {
    encoders: proved.filter(({ works }) => works).map(({ name }) => name),
    encoderBuild: engine.build,
    proved,
    limits: { control: kind, holds: [...holds], ...(note === undefined ? {} : { note }) },
    isolation: runner.isolation,
  };
}
