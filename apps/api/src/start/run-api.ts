import { createControlActivities } from '@framefold/activities';
import type { Config } from '@framefold/config';
import {
  type Catalogue,
  createFolderStore,
  createGuardedFetch,
  type ObjectStore,
  openCatalogue,
} from '@framefold/platform';
import {
  processWorkerId,
  type Role,
  type RunningWorkers,
  startReporting,
  startWorkers,
  WorkerState,
} from '@framefold/runtime';
import { countEvents, createMetrics, type Logger } from '@framefold/telemetry';
import { Client, Connection } from '@temporalio/client';
import { Backends } from '../backends.ts';
import { createApi } from '../create-api.ts';
import { startLiveCollector } from '../live/live-collector.ts';
import { createTemporalGateway } from '../temporal/create-temporal-gateway.ts';
import { closeHttp } from './close-http.ts';
import { nestLogger } from './nest-logger.ts';
import { webhookSecret } from './webhook-secret.ts';

/** The roles of the control process: it alone opens the catalogue, so what writes to it runs here. */
const ROLES = ['workflows', 'control'] as const satisfies readonly Role[];

export interface ApiProgram {
  readonly config: Config;
  readonly logger: Logger;
  /** Aborting stops the program in order. */
  readonly signal: AbortSignal;
}

/**
 * Runs the API and the control and workflow workers until told to stop. HTTP answers at once; /readyz says when the
 * rest is up.
 *
 * @throws when the port or the catalogue cannot be had, or a worker breaks
 */
export async function runApi({ config, logger, signal }: ApiProgram): Promise<void> {
  const store = createFolderStore(config.folders.store);
  const backends = new Backends();
  const metrics = createMetrics();
  const app = await createApi({ config, store, metrics, backends }, nestLogger(logger));
  const endings: (() => Promise<void>)[] = [];
  try {
    await app.listen(config.ports.api, '127.0.0.1');
    logger.info({ url: `http://127.0.0.1:${config.ports.api}` }, 'listening');

    const catalogue = await openCatalogue(placeOf(config), {
      onRecorded: (events, job) =>
        countEvents(
          metrics,
          events.map(({ event }) => event),
          job,
        ),
      onRefused: ({ event, reason }) =>
        logger.error({ jobId: event.jobId, type: event.event.type, reason }, 'an event was refused'),
    });
    backends.catalogue = catalogue;
    endings.push(() => catalogue.close());

    const connection = Connection.lazy({ address: config.temporal.address });
    const { namespace } = config.temporal;
    backends.temporal = createTemporalGateway(new Client({ connection, namespace }), namespace, {
      gpuPatienceSeconds: config.gpu.patienceSeconds,
    });
    endings.push(() => connection.close());

    const workers = await runWorkers({ config, logger, signal }, store, catalogue);
    if (workers === undefined) return;
    endings.push(() => workers.stop());

    const collector = startLiveCollector(backends);
    endings.push(() => collector.stop());
    await Promise.race([workers.stopped, aborted(signal)]);
  } finally {
    // Running requests come first, since they need all the rest; then what was begun last ends first.
    await closeHttp(app);
    for (const end of endings.reverse()) await end();
  }
}

/** The workers with their reports, or undefined when told to stop before Temporal was there. */
async function runWorkers(
  { config, logger, signal }: ApiProgram,
  store: ObjectStore,
  catalogue: Catalogue,
): Promise<{ stopped: Promise<void>; stop: () => Promise<void> } | undefined> {
  const control = createControlActivities({
    store,
    catalogue,
    fetch: createGuardedFetch({ privateNetworks: config.privateNetworks }),
    webhookSecret: await webhookSecret(config),
    publicBaseUrl: `http://127.0.0.1:${config.ports.api}`,
  });
  const workerId = processWorkerId();
  const state = new WorkerState();
  let workers: RunningWorkers;
  try {
    const metricsPort = config.ports.controlMetrics;
    workers = await startWorkers({
      config,
      roles: ROLES,
      activities: { control },
      workerId,
      state,
      metricsPort,
      logger,
      signal,
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
  const reporting = await startReporting({ config, store, workerId, roles: ROLES, state, logger });
  const stop = async (): Promise<void> => {
    workers.drain();
    await workers.stopped.finally(() => reporting.stop());
  };
  return { stopped: workers.stopped, stop };
}

function placeOf({ databaseUrl, folders }: Config): { databaseUrl: string } | { folder: string } {
  return databaseUrl === undefined ? { folder: folders.catalogue } : { databaseUrl };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
