import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@framefold/config';
import { storeKeys, WorkerReport } from '@framefold/domain';
import { createFolderStore } from '@framefold/platform';
import { createLogger } from '@framefold/telemetry';
import { TASK_QUEUES, WORKFLOW_TYPES, type ControlActivities } from '@framefold/workflows/contract';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { startReporting } from './reporting.ts';
import { startWorkers } from './start-workers.ts';
import { WorkerState } from './worker-state.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('waits for Temporal, works, reports and drains', async () => {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const home = await mkdtemp(join(tmpdir(), 'framefold-'));
  const path = loadConfig().tools.temporal;
  if (path === undefined)
    throw new Error('This test needs FRAMEFOLD_TEMPORAL, the path of the temporal command.');
  const config = loadConfig({
    FRAMEFOLD_HOME: home,
    FRAMEFOLD_TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    FRAMEFOLD_DRAIN_SECONDS: '5',
  });
  const logger = createLogger({ level: 'error', name: 'test' });
  const sent: string[] = [];
  const unused = () => Promise.reject(new Error('not part of this test'));
  const control: ControlActivities = {
    recordEvents: unused,
    publishRecord: unused,
    isQueueServed: unused,
    controlQueued: unused,
    submitBatchJobs: unused,
    awaitBatch: unused,
    cancelBatchJobs: unused,
    concludeBatch: unused,
    deliverWebhook: unused,
    attemptDelivery: async ({ deliveryId }) => {
      sent.push(deliveryId);
      return { state: 'delivered' };
    },
  };
  const roles = ['workflows', 'control'] as const;
  const workerId = 'worker-1';
  const state = new WorkerState();

  const signal = new AbortController().signal;
  const starting = startWorkers({
    config,
    roles,
    activities: { control },
    workerId,
    state,
    metricsPort,
    logger,
    signal,
  });
  const env = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path }, port },
  });
  const workers = await starting;
  const store = createFolderStore(join(home, 'store'));
  const reporting = await startReporting({ config, store, workerId, roles, state, logger });
  const report = async () => {
    await reporting.report();
    return WorkerReport.parse(JSON.parse(String(await store.get(storeKeys.worker(workerId)))));
  };
  try {
    expect(await report()).toMatchObject({
      id: workerId,
      status: 'idle',
      roles,
      slots: { [TASK_QUEUES.control]: 20 },
      tasksCompleted: 0,
    });
    const delivery = { deliveryId: 'd', run: 0 };
    const options = { workflowId: 'webhook-d', taskQueue: TASK_QUEUES.workflows, args: [delivery] };
    expect(await env.client.workflow.execute(WORKFLOW_TYPES.webhookDelivery, options)).toEqual({
      state: 'delivered',
    });
    expect(sent).toEqual(['d']);
    expect(await report()).toMatchObject({ status: 'idle', tasksCompleted: 1, tasksFailed: 0 });
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(metrics).toContain('temporal_worker_task_slots_available');
    workers.drain();
    await workers.stopped;
    expect(await report()).toMatchObject({ status: 'draining' });
    await reporting.stop();
    expect(await store.get(storeKeys.worker(workerId))).toBeUndefined();
  } finally {
    await env.teardown();
    await rm(home, { recursive: true, force: true });
  }
});
