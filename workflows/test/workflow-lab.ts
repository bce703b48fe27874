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
import { jobWorkflowId, SEARCH_ATTRIBUTES, TASK_QUEUES } from '../src/contract/index.ts';
import type { transcodeJob } from '../src/index.ts';
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
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
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
    const queues = [TASK_QUEUES.control, TASK_QUEUES.media, TASK_QUEUES.encodeCpu, TASK_QUEUES.encodeGpu];
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
    jobId = `job-${(this.jobs += 1)}`,
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
        },
      ],
    });
    return { jobId, world, handle };
  }

  /** Activities that run in the world of the job that they are called for. */
  private activities(): Activities {
    const inWorld = (name: ActivityName) => async (input: never) => {
      const { jobId, events } = input as { jobId?: string; events?: readonly { jobId: string }[] };
      const ofWorkflow = activityInfo().workflowExecution?.workflowId.replace(jobWorkflowId(''), '');
      const world = this.worlds.get(jobId ?? events?.[0]?.jobId ?? ofWorkflow ?? '');
      if (world === undefined) throw new Error(`No world for ${name}.`);
      return await world.run(name, input);
    };
    const names: readonly ActivityName[] = [
      'recordEvents',
      'publishRecord',
      'isQueueServed',
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
