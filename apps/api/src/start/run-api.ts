import { type BatchedJobs, createControlActivities, type QueuedWork } from '@framefold/activities';
import type { Config } from '@framefold/config';
import { deliveriesOf } from '@framefold/domain';
import {
  type Catalogue,
  createGuardedFetch,
  createStore,
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
import { startAccessBackup } from '../access/back-up-access.ts';
import { Backends } from '../backends.ts';
import { StartBatchedJobs } from '../batches/start-batched-jobs.ts';
import { createApi } from '../create-api.ts';
import { GrpcServer } from '../grpc/grpc-server.ts';
import { startLiveCollector } from '../live/live-collector.ts';
import { createQueuedWork } from '../temporal/create-queued-work.ts';
import { startDispatcher } from '../webhooks/dispatch-deliveries.ts';
import { createTemporalGateway } from '../temporal/create-temporal-gateway.ts';
import { Uploads } from '../uploads/uploads.ts';
import { startUploadSweep } from '../uploads/sweep-uploads.ts';
import { closeHttp } from './close-http.ts';
import { nestLogger } from './nest-logger.ts';
import { keepOperatorKey } from './operator-key.ts';
import { loadTls } from './tls-material.ts';
import { type TlsServer, watchTls } from './watch-tls.ts';
import { keepFirstSecret } from './webhook-secret.ts';

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
  const store = await createStore(config.store);
  const backends = new Backends();
  const metrics = createMetrics();
  const { address, tls } = config.listen;
  const material = tls === undefined ? undefined : await loadTls(tls, config);
  const app = await createApi({ config, store, metrics, backends }, nestLogger(logger), material);
  const grpc = new GrpcServer({ app, config, metrics }, material);
  const endings: (() => Promise<void>)[] = [];
  try {
    await app.listen(config.ports.api, address);
    logger.info({ address, port: config.ports.api, tls: tls !== undefined }, 'listening');
    if (config.grpcPort !== undefined) {
      await grpc.listen(config.grpcPort, address);
      logger.info({ address, port: config.grpcPort, tls: tls !== undefined }, 'listening for gRPC');
    }
    if (tls !== undefined) {
      const report = (sentence: string, error?: unknown): void =>
        error === undefined ? logger.info(sentence) : logger.error({ err: error }, sentence);
      for (const server of [app.getHttpServer(), grpc.server])
        void watchTls(server as unknown as TlsServer, tls, report, signal);
    }

    const catalogue = await openCatalogue(placeOf(config), {
      deliveriesOf: (change) => deliveriesOf(change, config.api.url),
      onRecorded: (events, job) =>
        countEvents(
          metrics,
          events.map(({ event }) => event),
          job,
        ),
      onRefused: ({ event, reason }) =>
        logger.error({ jobId: event.jobId, type: event.event.type, reason }, 'an event was refused'),
    });
    if (config.keysRequired) await keepOperatorKey(catalogue.access, config.operatorKeyFile, Date.now());
    backends.catalogue = catalogue;
    backends.access = catalogue.access;
    endings.push(() => catalogue.close());
    const accessBackup = startAccessBackup({ access: catalogue.access, store });
    endings.push(() => accessBackup.stop());
    await keepFirstSecret(config, catalogue.webhookSecrets);
    backends.catalogue = catalogue;

    const connection = Connection.lazy({ address: config.temporal.address });
    const { namespace } = config.temporal;
    const client = new Client({ connection, namespace });
    backends.temporal = createTemporalGateway(client, namespace, {
      gpuPatienceSeconds: config.gpu.patienceSeconds,
      keepFailedHours: config.keepFailedHours,
    });
    endings.push(() => connection.close());
    endings.push(startUploadSweep(app.get(Uploads), config.folders.uploads, logger));

    const queuedWork = createQueuedWork(client, namespace);
    const workers = await runWorkers(
      { config, logger, signal },
      { store, catalogue, queuedWork, jobs: app.get(StartBatchedJobs) },
    );
    if (workers === undefined) return;
    endings.push(() => workers.stop());

    const collector = startLiveCollector(backends);
    endings.push(() => collector.stop());
    const dispatcher = startDispatcher(backends);
    endings.push(() => dispatcher.stop());
    await Promise.race([workers.stopped, aborted(signal)]);
  } finally {
    // Running requests come first, since they need all the rest; then what was begun last ends first.
    await Promise.all([closeHttp(app), grpc.close()]);
    for (const end of endings.reverse()) await end();
  }
}

/** What the activities of the control process work with. */
interface WorkerDeps {
  readonly store: ObjectStore;
  readonly catalogue: Catalogue;
  readonly queuedWork: QueuedWork;
  readonly jobs: BatchedJobs;
}

/** The workers with their reports, or undefined when told to stop before Temporal was there. */
async function runWorkers(
  { config, logger, signal }: ApiProgram,
  deps: WorkerDeps,
): Promise<{ stopped: Promise<void>; stop: () => Promise<void> } | undefined> {
  const control = createControlActivities({
    ...deps,
    fetch: createGuardedFetch({ privateNetworks: config.privateNetworks }),
    webhooks: config.webhooks,
    publicBaseUrl: config.api.url,
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
  const reporting = await startReporting({
    config,
    store: deps.store,
    workerId,
    roles: ROLES,
    state,
    logger,
  });
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
