import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '@framefold/config';
import { createLogger } from '@framefold/telemetry';
import { TASK_QUEUES, WORKFLOW_TYPES, type ControlActivities } from '@framefold/workflows/contract';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { installTemporalRuntime } from './install-temporal-runtime.ts';
import { startWorkers, type RunningWorkers } from './start-workers.ts';
import { WorkerState } from './worker-state.ts';

const DEPLOYMENT = 'framefold';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('keeps a job on the build that it began on while new ones begin on the new build', async () => {
  const path = loadConfig().tools.temporal;
  if (path === undefined)
    throw new Error('This test needs FRAMEFOLD_TEMPORAL, the path of the temporal command.');
  const logger = createLogger({ level: 'error', name: 'test' });
  const metricsPort = await freePort();
  // Before the test environment does it, in its own way.
  installTemporalRuntime({ logger, metricsPort });
  const env = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path } },
  });
  const ran: string[] = [];
  const start = (buildId: string, deliver: () => Promise<void>): Promise<RunningWorkers> => {
    const unused = () => Promise.reject(new Error('not part of this test'));
    const control = {
      recordEvents: unused,
      publishRecord: unused,
      attemptDelivery: async ({ deliveryId }: { deliveryId: string }) => {
        ran.push(`${deliveryId} on ${buildId}`);
        await deliver();
        return { state: 'delivered' };
      },
    } as Partial<ControlActivities> as ControlActivities;
    return startWorkers({
      config: loadConfig({
        FRAMEFOLD_TEMPORAL_ADDRESS: env.address,
        FRAMEFOLD_DEPLOYMENT: DEPLOYMENT,
        FRAMEFOLD_BUILD_ID: buildId,
        FRAMEFOLD_DRAIN_SECONDS: '1',
      }),
      roles: ['workflows', 'control'],
      activities: { control },
      workerId: `worker-${buildId}`,
      state: new WorkerState(),
      metricsPort,
      logger,
      signal: new AbortController().signal,
    });
  };
  /** What an operator does by `temporal worker deployment set-current-version`. */
  const makeCurrent = async (buildId: string): Promise<void> => {
    for (;;) {
      const error = await env.client.workflowService
        .setWorkerDeploymentCurrentVersion({
          namespace: 'default',
          deploymentName: DEPLOYMENT,
          buildId,
          identity: 'operator',
        })
        .then(() => undefined, String);
      if (error === undefined) return;
      // The server learns of a build by its first polls.
      await delay(200);
    }
  };
  const deliver = (deliveryId: string) =>
    env.client.workflow.start(WORKFLOW_TYPES.webhookDelivery, {
      workflowId: `webhook-${deliveryId}`,
      taskQueue: TASK_QUEUES.workflows,
      args: [{ deliveryId, run: 0 }],
    });

  let failing = true;
  const old = await start('1', async () => {
    if (failing) throw new Error('not yet');
  });
  const workers = [old];
  try {
    await makeCurrent('1');
    const early = await deliver('early');
    while (ran.length === 0) await delay(50);
    workers.push(await start('2', async () => undefined));
    await makeCurrent('2');
    const late = await deliver('late');
    await late.result();
    failing = false;
    await early.result();
    expect(new Set(ran)).toEqual(new Set(['early on 1', 'late on 2']));
    expect(ran.filter((run) => run === 'early on 1').length).toBeGreaterThan(1);
  } finally {
    for (const running of workers) running.drain();
    await Promise.all(workers.map((running) => running.stopped));
    await env.teardown();
  }
});
