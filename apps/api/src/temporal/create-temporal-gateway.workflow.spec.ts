import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '@framefold/config';
import { toPriorityKey, TranscodeRequest } from '@framefold/domain';
import { request } from '@framefold/domain/testing';
import { deliveryWorkflowId, jobWorkflowId, SEARCH_ATTRIBUTES } from '@framefold/workflows/contract';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import proto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createTemporalGateway } from './create-temporal-gateway.ts';
import type { TemporalGateway } from './temporal-gateway.ts';

let env: TestWorkflowEnvironment;
let gateway: TemporalGateway;
beforeAll(async () => {
  const path = loadConfig().tools.temporal;
  if (path === undefined)
    throw new Error('These tests need FRAMEFOLD_TEMPORAL, the path of the temporal command.');
  Runtime.install({ logger: new DefaultLogger('ERROR'), workerHeartbeatInterval: '1 second' });
  env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      log: { format: 'pretty', level: 'error' },
      searchAttributes: Object.values(SEARCH_ATTRIBUTES),
    },
  });
  gateway = createTemporalGateway(env.client, 'default', { gpuPatienceSeconds: 7 });
});
afterAll(() => env.teardown());

const handle = (jobId: string) => env.client.workflow.getHandle(jobWorkflowId(jobId));
const start = (jobId: string, submittedAt = 1) =>
  gateway.startJob(
    {
      jobId,
      request: request({ userId: 'ŝ'.repeat(64), priority: 1, labels: ['day'] }),
      tenantId: 'acme',
      submittedAt,
    },
    2.5,
  );

// No worker runs: jobs stay as they were started.
describe('the gateway to Temporal', () => {
  it('starts a job once, with what operators and the queues need', async () => {
    await Promise.all([start('once', 1), start('once', 2)]);
    const job = await handle('once').describe();
    expect(job).toMatchObject({
      type: 'transcodeJob',
      taskQueue: 'framefold-workflows',
      status: { name: 'RUNNING' },
    });
    const { events } = await handle('once').fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(JSON.parse(Buffer.from(input?.data ?? []).toString())).toMatchObject({ gpuPatienceSeconds: 7 });
    expect(await job.staticSummary()).toBe('a walk');
    expect(job.priority).toMatchObject({
      priorityKey: 1,
      fairnessKey: `acme/${'ŝ'.repeat(29)}`,
      fairnessWeight: 2.5,
    });
    expect(job.typedSearchAttributes.get(SEARCH_ATTRIBUTES.user)).toBe('ŝ'.repeat(64));
    expect(job.typedSearchAttributes.get(SEARCH_ATTRIBUTES.labels)).toEqual(['day']);
  });

  it('starts a job with all labels that a request may have; more are refused, which is no outage', async () => {
    // As JSON 2,048 bytes: 1,976 of these, 11 of the last, 61 of marks.
    const wide = Array.from({ length: 19 }, () => 'ж'.repeat(52));
    const startWith = async (last: string): Promise<boolean> => {
      const labelled = request({ labels: [...wide, last] });
      await gateway.startJob({ jobId: `labels-${last}`, request: labelled, submittedAt: 1 }, 1);
      return TranscodeRequest.safeParse(labelled).success;
    };
    expect(await startWith('a'.repeat(11))).toBe(true);
    await expect(startWith('a'.repeat(12))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('starts a webhook in the turn of its tenant', async () => {
    const run = { id: 'msg_1', run: 0, tenantId: 'acme', jobId: 'once', event: 'job.completed' } as const;
    await gateway.startDelivery(run);
    const delivery = await env.client.workflow
      .getHandle(deliveryWorkflowId({ deliveryId: 'msg_1', run: 0 }))
      .describe();
    expect(delivery).toMatchObject({ type: 'webhookDelivery', priority: { fairnessKey: 'acme' } });
  });

  it('joins a dry run that goes on, and begins one anew that was ended', async () => {
    const run = () => gateway.dryRun({ id: 'try', request: request(), tenantId: 'acme' }, 1, 200);
    const { workflow } = env.client;
    const runId = async () => (await workflow.getHandle('dry-run-try').describe()).runId;
    expect(await run()).toBeUndefined();
    const first = await runId();
    const waiting = gateway.dryRun({ id: 'try', request: request(), tenantId: 'acme' }, 1, 20_000);
    expect(await run()).toBeUndefined();
    expect(await runId()).toBe(first);
    let hasEnded = false;
    const ended = gateway.dryRunEnded('try').then(() => (hasEnded = true));
    expect(await run()).toBeUndefined();
    expect(hasEnded).toBe(false);
    await workflow.getHandle('dry-run-try').terminate();
    await expect(waiting).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    await ended;
    expect(await run()).toBeUndefined();
    expect(await runId()).not.toBe(first);
    await workflow.getHandle('dry-run-try').terminate();
  });

  it('leaves a job that has ended as it is', async () => {
    await start('over');
    await handle('over').terminate();
    await start('over');
    expect((await handle('over').describe()).status.name).toBe('TERMINATED');
  });

  it('runs a job again once its last run is wound up, and once only', async () => {
    await start('again');
    const first = (await handle('again').describe()).runId;
    const input = { jobId: 'again', request: request(), submittedAt: 2, run: 1 };
    const both = Promise.all([gateway.startAgain(input, 1), gateway.startAgain(input, 1)]);
    // Both have seen that it still runs.
    await delay(600);
    expect((await handle('again').describe()).runId).toBe(first);
    await handle('again').terminate();
    await both;
    const second = await handle('again').describe();
    expect(second.runId).not.toBe(first);
    expect(second).toMatchObject({ status: { name: 'RUNNING' }, memo: { run: 1 } });
    await handle('again').terminate();
    await gateway.startAgain(input, 1);
    expect((await handle('again').describe()).runId).toBe(second.runId);
  });

  it('runs a job again whose last run is not known any more, and once only', async () => {
    const input = { jobId: 'forgotten', request: request(), priority: 9, submittedAt: 2, run: 3 };
    await Promise.all([gateway.startAgain(input, 1), gateway.startAgain(input, 1)]);
    const run = await handle('forgotten').describe();
    expect(run).toMatchObject({
      status: { name: 'RUNNING' },
      memo: { run: 3 },
      priority: { priorityKey: toPriorityKey(9) },
    });
    await handle('forgotten').terminate();
    await gateway.startAgain(input, 1);
    expect((await handle('forgotten').describe()).runId).toBe(run.runId);
  });

  it('does not repeat a run that began and ended while it looked for the one before', async () => {
    const input = { jobId: 'overtaken', request: request(), submittedAt: 2, run: 1 };
    const { workflow } = env.client;
    const slow = Object.create(workflow, {
      start: {
        value: async (...call: Parameters<typeof workflow.start>) => {
          await gateway.startAgain(input, 1);
          await handle('overtaken').terminate();
          return workflow.start(...call);
        },
      },
    }) as typeof workflow;
    const client = Object.create(env.client, { workflow: { value: slow } }) as Client;
    await createTemporalGateway(client, 'default').startAgain(input, 1);
    expect((await handle('overtaken').describe()).status.name).toBe('TERMINATED');
  });

  it('says that it goes on where the server is the first to see that the time is up', async () => {
    const brokenOff = (error: unknown): never => {
      for (let cause = error; cause instanceof Error; cause = cause.cause)
        if (isGrpcServiceError(cause)) Object.assign(cause, { code: 1 });
      throw error;
    };
    const client = Object.create(env.client, {
      withDeadline: {
        value: (deadline: number, work: () => Promise<unknown>) =>
          env.client.withDeadline(deadline, work).catch(brokenOff),
      },
    }) as Client;
    const hasty = createTemporalGateway(client, 'default');
    await start('endless');
    expect(await hasty.cancelJob('endless', 100)).toBe('still-running');
    expect(
      await hasty.dryRun({ id: 'endless', request: request(), tenantId: 'acme' }, 1, 100),
    ).toBeUndefined();
    await handle('endless').terminate();
    await env.client.workflow.getHandle('dry-run-endless').terminate();
  });

  it('says how far a cancellation has come', async () => {
    expect(await gateway.cancelJob('nobody', 100)).toBe('not-found');
    await start('slow');
    expect(await gateway.cancelJob('slow', 100)).toBe('still-running');
    const outcome = gateway.cancelJob('slow', 20_000);
    await handle('slow').terminate();
    // It may have ended before the second request was heard.
    expect(['ended', 'not-found']).toContain(await outcome);
  });

  it('knows whether any of many jobs and batches runs', async () => {
    const unknown = Array.from({ length: 120 }, (_, index) => `unknown-${index}`);
    const batchId = 'runs-as-batch';
    await Promise.all([start('runs'), start('ran'), gateway.startBatch({ batchId, jobs: 1 })]);
    await handle('ran').terminate();
    for (const id of ['runs', batchId]) while (!(await gateway.anyRuns([...unknown, id]))) await delay(50);
    while (await gateway.anyRuns(['ran'])) await delay(50);
    expect(await gateway.anyRuns(unknown)).toBe(false);
    expect(await gateway.anyRuns([])).toBe(false);
  });

  it('knows whether a job runs', async () => {
    expect(await gateway.jobRuns('never-was')).toBe(false);
    await start('is-running');
    expect(await gateway.jobRuns('is-running')).toBe(true);
    await handle('is-running').terminate();
    expect(await gateway.jobRuns('is-running')).toBe(false);
  });

  it('knows whether a batch was started', async () => {
    const batchId = 'started';
    expect(await gateway.knowsBatch(batchId)).toBe(false);
    await gateway.startBatch({ batchId, jobs: 1 });
    expect(await gateway.knowsBatch(batchId)).toBe(true);
    await env.client.workflow.getHandle(`batch-${batchId}`).terminate();
    expect(await gateway.knowsBatch(batchId)).toBe(true);
  });

  it('knows whether the delivery of a webhook has ended', async () => {
    const id = 'msg_told';
    expect(await gateway.hasDeliveryEnded(id)).toBe(false);
    await gateway.startDelivery({ id, run: 0, tenantId: 'acme', jobId: 'told', event: 'job.completed' });
    expect(await gateway.hasDeliveryEnded(id)).toBe(false);
    await env.client.workflow.getHandle(`webhook-${id}`).terminate();
    expect(await gateway.hasDeliveryEnded(id)).toBe(true);
  });

  it('finds no progress where nothing runs', async () => {
    await start('idle');
    expect(await gateway.liveUnits('idle')).toEqual([]);
  });

  it('finds what a running encoder reports, and no more once it waits for another attempt', async () => {
    const { workflowService: service } = env.client;
    const taskQueue = { name: 'by-hand' };
    const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)] });
    await env.client.workflow.start('encodes', {
      workflowId: jobWorkflowId('encoding'),
      taskQueue: taskQueue.name,
    });
    const task = await env.client.withDeadline(Date.now() + 60_000, () =>
      service.pollWorkflowTaskQueue({ namespace: 'default', taskQueue }),
    );
    await service.respondWorkflowTaskCompleted({
      taskToken: task.taskToken,
      namespace: 'default',
      commands: [
        {
          commandType: proto.temporal.api.enums.v1.CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
          scheduleActivityTaskCommandAttributes: {
            activityId: '1',
            activityType: { name: 'encodeChunk' },
            taskQueue,
            startToCloseTimeout: msToTs('10 minutes'),
            retryPolicy: { initialInterval: msToTs('10 minutes') },
          },
        },
      ],
    });
    const { taskToken } = await env.client.withDeadline(Date.now() + 60_000, () =>
      service.pollActivityTaskQueue({ namespace: 'default', taskQueue }),
    );
    const report = { unit: 'c00001', workerId: 'w', temporalAttempt: 1, framesDone: 7, speed: 2 };
    await service.recordActivityTaskHeartbeat({
      namespace: 'default',
      taskToken,
      details: payloads(report),
    });
    expect(await gateway.liveUnits('encoding')).toEqual([report]);
    await service.recordActivityTaskHeartbeat({ namespace: 'default', taskToken, details: payloads('busy') });
    const nameless = { unit: 'encodeChunk', temporalAttempt: 1, framesDone: 0, speed: 0 };
    expect(await gateway.liveUnits('encoding')).toEqual([{ ...nameless, workerId: expect.any(String) }]);
    await service.respondActivityTaskFailed({
      namespace: 'default',
      taskToken,
      failure: { message: 'killed', applicationFailureInfo: { type: 'ENCODER_KILLED' } },
    });
    expect(await gateway.liveUnits('encoding')).toEqual([]);
  });

  it('names the queue that nobody polls', async () => {
    expect(await gateway.obstacle()).toBe('No worker polls the task queue framefold-workflows.');
  });

  it('knows the task queues, what waits in them, and who polls them', async () => {
    await start('queued');
    const queueOf = async (name: string) =>
      (await gateway.pool()).queues.find((queue) => queue.name === name);
    for (;;) {
      const queue = await queueOf('framefold-workflows');
      if (queue !== undefined && queue.backlog > 0) break;
      await delay(200);
    }
    expect(await queueOf('framefold-encode-cpu')).toMatchObject({ pollers: 0, backlog: 0 });
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: 'framefold-encode-cpu',
      maxConcurrentActivityTaskExecutions: 3,
      identity: 'a-worker',
      activities: { nothing: async () => undefined },
    });
    const running = worker.run();
    try {
      for (;;) {
        const { workers, queues } = await gateway.pool();
        const polled = queues.some((queue) => queue.name === 'framefold-encode-cpu' && queue.pollers > 0);
        const entry = workers.find(({ identity }) => identity === 'a-worker');
        if (!polled || entry === undefined) {
          await delay(200);
          continue;
        }
        expect(entry).toMatchObject({
          taskQueue: 'framefold-encode-cpu',
          status: 'running',
          slotsUsed: 0,
          slotsAvailable: 3,
        });
        expect(entry.lastHeartbeat).toBeGreaterThan(Date.now() - 60_000);
        break;
      }
    } finally {
      worker.shutdown();
      await running;
    }
  });
});
