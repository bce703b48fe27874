import type { Config } from '@framefold/config';
import {
  processWorkerId,
  Quarantine,
  startReporting,
  startWorkers,
  usablePort,
  WorkerState,
  type Role,
  type WorkerFacts,
} from '@framefold/runtime';
import type { Logger } from '@framefold/telemetry';
import { assemble, type Assembly } from './assemble.ts';
import { encoderTrials, type EncoderTrials } from './encoder-trials.ts';
import { diskCheck, storeCheck, untilReady, type Checks } from './readiness.ts';
import { watchMachine } from './watch-machine.ts';

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
  const { config, logger, signal } = program;
  const workerId = processWorkerId();
  const state = new WorkerState();
  state.gate.close('starting', 'It is being checked.');
  const assembly = await assemble({ config, roles: program.roles, workerId, logger });
  const roles = rolesOn(assembly, program.roles);
  const { store, scratch, copies, control } = assembly;
  const trials = encoderTrials(assembly, roles, workerId, config.gpu.slots);
  const machine = watchMachine({ scratch, copies, store, control, gate: state.gate, logger });
  const facts = async (): Promise<WorkerFacts> => ({
    ...describeAssembly(assembly, trials),
    ...(machine.disk === undefined ? {} : { disk: machine.disk }),
  });
  const gpuSlots = (): number => trials.gpuSlots;
  const reporting = await startReporting({ config, store, workerId, roles, state, facts, gpuSlots, logger });
  try {
    await untilReady(checksOf(program, assembly, workerId, trials), { gate: state.gate, logger, signal });
    const quarantine = new Quarantine({ gate: state.gate, check: () => trials.run(), logger });
    state.tasks.onEncodeEnd = (end) => quarantine.note(end);
    state.gate.open('starting');
    await work(
      { ...program, roles },
      workerId,
      state,
      assembly,
      trials.gpuSlots,
      () => void reporting.report(),
    );
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
  { activities }: Assembly,
  gpuSlots: number,
  report: () => void,
): Promise<void> {
  const metricsPort = await usablePort(config.ports.workerMetrics);
  if (metricsPort !== config.ports.workerMetrics)
    logger.warn({ metricsPort }, 'metrics are on another port: FRAMEFOLD_WORKER_METRICS_PORT is taken');
  const workers = await startWorkers({
    config,
    roles,
    activities,
    gpuSlots,
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
  { config, logger }: WorkerProgram,
  { store, scratch, runner, toolObstacle }: Assembly,
  workerId: string,
  trials: EncoderTrials,
): Checks {
  return {
    sandbox: async () =>
      config.sandbox === 'required' && runner.isolation === 'none'
        ? `FRAMEFOLD_SANDBOX=required, and ${runner.isolationNote}.`
        : undefined,
    tools: toolObstacle,
    store: storeCheck(store, workerId, logger),
    disk: diskCheck(scratch),
    encoders: () => trials.run(),
  };
}

/** The roles that make sense on this machine: without any GPU there is nothing to encode on one. */
function rolesOn({ devices }: Assembly, roles: readonly Role[]): readonly Role[] {
  const others = roles.filter((role) => role !== 'encode-gpu');
  return devices.length === 0 && others.length > 0 ? others : roles;
}

function describeAssembly(
  { control, runner, engine, devices }: Assembly,
  { proved }: EncoderTrials,
): WorkerFacts {
  const { kind, holds, note } = control;
  return {
    encoders: [...new Set(proved.filter(({ works }) => works).map(({ name }) => name))],
    encoderBuild: engine.build,
    proved: [...proved],
    gpus: devices.map(({ name }) => name),
    limits: { control: kind, holds: [...holds], ...(note === undefined ? {} : { note }) },
    isolation: runner.isolation,
  };
}
