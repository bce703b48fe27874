import { fileURLToPath } from 'node:url';
import { loadConfig } from '@framefold/config';
import type { TranscodeRequest } from '@framefold/domain';
import { activityInfo } from '@temporalio/activity';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import {
  deliveryWorkflowId,
  dryRunWorkflowId,
  jobWorkflowId,
  SEARCH_ATTRIBUTES,
  TASK_QUEUES,
  transcodeBatchWorkflowId,
  type TranscodeBatchInput,
  type TranscodeJobInput,
} from '../src/contract/index.ts';
import type { dryRun, transcodeBatch, transcodeJob, webhookDelivery } from '../src/index.ts';
import { FakeWorld, type Activities, type ActivityName, type Arrangement } from './fake-world.ts';
import { request } from './job-fixture.ts';

/** How long jobs of the lab wait for a GPU worker. */
export const GPU_PATIENCE_SECONDS = 0.4;

/** Lets the SDK speak of errors alone. */
export function quietRuntime(): void {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
}

/** The workflows of the sources, bundled. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = fileURLToPath(new URL('../src/index.ts', import.meta.url));
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [workflowsPath],
    logger: new DefaultLogger('ERROR'),
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, conditionNames: ['source', '...'] },
    }),
  });
}

/** A job under test. */
export interface LabJob {
  readonly jobId: string;
  readonly world: FakeWorld;
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof transcodeJob>;
}

/** A job by name, and whether it was run before. */
type RunOfJob = Partial<Pick<TranscodeJobInput, 'jobId' | 'run' | 'keepFailedHours' | 'priority' | 'redone'>>;

/** A batch under test. */
export interface LabBatch {
  readonly world: FakeWorld;
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof transcodeBatch>;
}

/** A Temporal server with the real workflows and a fake world for each job. */
export class WorkflowLab {
  private readonly worlds = new Map<string, FakeWorld>();
  private jobs = 0;
  private workers: Worker[] = [];
  private running: Promise<unknown> = Promise.resolve();

  private constructor(readonly env: TestWorkflowEnvironment) {}

  static async open(): Promise<WorkflowLab> {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: 'ERROR' } },
    });
    const path = loadConfig().tools.temporal;
    if (path === undefined)
      throw new Error('These tests need FRAMEFOLD_TEMPORAL, the path of the temporal command.');
    const [env, workflowBundle] = await Promise.all([
      TestWorkflowEnvironment.createLocal({
        server: {
          executable: { type: 'existing-path', path },
          searchAttributes: Object.values(SEARCH_ATTRIBUTES),
          log: { format: 'json', level: 'never' },
        },
        client: { identity: 'lab' },
      }),
      bundleWorkflows(),
    ]);
    const lab = new WorkflowLab(env);
    const activities = lab.activities();
    const { control, webhooks, media, encodeCpu, encodeGpu } = TASK_QUEUES;
    const queues = [control, webhooks, media, encodeCpu, encodeGpu];
    const connection = env.nativeConnection;
    lab.workers = await Promise.all([
      Worker.create({ connection, taskQueue: TASK_QUEUES.workflows, workflowBundle, identity: 'lab' }),
      ...queues.map((taskQueue) =>
        Worker.create({
          connection,
          taskQueue,
          activities,
          identity: 'lab',
          maxHeartbeatThrottleInterval: '200 ms',
        }),
      ),
    ]);
    lab.running = Promise.all(lab.workers.map((worker) => worker.run()));
    return lab;
  }

  async close(): Promise<void> {
    for (const worker of this.workers) worker.shutdown();
    await this.running;
    await this.env.teardown();
  }

  /** Starts a job in a world of its own. It has little patience with GPU queues. */
  async start(
    arrangement: Arrangement = {},
    fields: Partial<TranscodeRequest> = {},
    { jobId = `job-${(this.jobs += 1)}`, ...again }: RunOfJob = {},
  ): Promise<LabJob> {
    const world = new FakeWorld(arrangement);
    this.worlds.set(jobId, world);
    const handle = await this.env.client.workflow.start<typeof transcodeJob>('transcodeJob', {
      workflowId: jobWorkflowId(jobId),
      taskQueue: TASK_QUEUES.workflows,
      args: [
        {
          jobId,
          request: request(fields),
          submittedAt: 1_700_000_000_000,
          gpuPatienceSeconds: GPU_PATIENCE_SECONDS,
          ...again,
        },
      ],
    });
    return { jobId, world, handle };
  }

  /** Starts a delivery in a world of its own. */
  async deliver(
    deliveryId: string,
    arrangement: Arrangement,
  ): Promise<{ world: FakeWorld; handle: WorkflowHandleWithFirstExecutionRunId<typeof webhookDelivery> }> {
    const world = new FakeWorld(arrangement);
    this.worlds.set(deliveryId, world);
    const delivery = { deliveryId, run: 0 };
    const handle = await this.env.client.workflow.start<typeof webhookDelivery>('webhookDelivery', {
      workflowId: deliveryWorkflowId(delivery),
      taskQueue: TASK_QUEUES.workflows,
      args: [delivery],
    });
    return { world, handle };
  }

  /** Starts a dry run in a world of its own. */
  async startDryRun(
    arrangement: Arrangement,
    id = `dry-run-${(this.jobs += 1)}`,
  ): Promise<{ world: FakeWorld; handle: WorkflowHandleWithFirstExecutionRunId<typeof dryRun> }> {
    const world = new FakeWorld(arrangement);
    this.worlds.set(id, world);
    const handle = await this.env.client.workflow.start<typeof dryRun>('dryRun', {
      workflowId: dryRunWorkflowId(id),
      taskQueue: TASK_QUEUES.workflows,
      args: [{ id, request: request() }],
    });
    return { world, handle };
  }

  /** Starts a batch in a world of its own. */
  async startBatch(
    arrangement: Arrangement,
    fields: Omit<TranscodeBatchInput, 'batchId'>,
    batchId = `batch-${(this.jobs += 1)}`,
  ): Promise<LabBatch> {
    const world = new FakeWorld(arrangement);
    this.worlds.set(batchId, world);
    const handle = await this.env.client.workflow.start<typeof transcodeBatch>('transcodeBatch', {
      workflowId: transcodeBatchWorkflowId(batchId),
      taskQueue: TASK_QUEUES.workflows,
      args: [{ batchId, ...fields }],
    });
    return { world, handle };
  }

  /** Activities that run in the world of the job that they are called for. */
  private activities(): Activities {
    const inWorld = (name: ActivityName) => async (input: never) => {
      const { jobId, batchId, events, deliveryId } = input as {
        jobId?: string;
        batchId?: string;
        events?: readonly { jobId: string }[];
        deliveryId?: string;
      };
      const ofWorkflow = activityInfo()
        .workflowExecution?.workflowId.replace(jobWorkflowId(''), '')
        .replace(/-(chunks|quality)-.*$/, '');
      const world = this.worlds.get(jobId ?? batchId ?? events?.[0]?.jobId ?? deliveryId ?? ofWorkflow ?? '');
      if (world === undefined) throw new Error(`No world for ${name}.`);
      return await world.run(name, input);
    };
    const names: readonly ActivityName[] = [
      'recordEvents',
      'publishRecord',
      'isQueueServed',
      'controlQueued',
      'attemptDelivery',
      'submitBatchJobs',
      'awaitBatch',
      'cancelBatchJobs',
      'concludeBatch',
      'deliverWebhook',
      'ingestSource',
      'probeSource',
      'planJob',
      'splitSource',
      'encodeChunk',
      'measureQuality',
      'encodeAudio',
      'mergeOutput',
      'discard',
    ];
    return Object.fromEntries(names.map((name) => [name, inWorld(name)])) as unknown as Activities;
  }
}
