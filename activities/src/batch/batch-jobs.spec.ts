import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, storeKeys, type BatchManifest, type JobEventType } from '@framefold/domain';
import { example, request, happyLog } from '@framefold/domain/testing';
import { createFolderStore, type ObjectStore } from '@framefold/platform';
import { FakeCatalogue } from '@framefold/testing';
import type { TranscodeJobInput } from '@framefold/workflows/contract';
import type { MockActivityEnvironment } from '@temporalio/testing';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { awaitBatch } from './await-batch.ts';
import { batchJobId } from './batch-job-id.ts';
import { cancelBatchJobs } from './cancel-batch-jobs.ts';
import { concludeBatch } from './conclude-batch.ts';
import type { BatchedJobs } from './batched-jobs.ts';
import { restoredBatch } from './stored-batch.ts';
import { submitBatchJobs } from './submit-batch-jobs.ts';

const BATCH = '01936b2e-1234-7abc-8def-0123456789ab';

/** Temporal as the activities see it: jobs run until they are told to be over. */
class FakeControl implements BatchedJobs {
  readonly started: TranscodeJobInput[] = [];
  readonly cancelled: string[] = [];
  readonly over = new Set<string>();
  failure: Error | undefined;

  async startJob(input: TranscodeJobInput): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (!this.started.some(({ jobId }) => jobId === input.jobId)) this.started.push(input);
  }

  async requestCancel(jobId: string): Promise<boolean> {
    if (this.failure !== undefined) throw this.failure;
    this.cancelled.push(jobId);
    return this.started.some((job) => job.jobId === jobId) && !this.over.has(jobId);
  }
}

describe('the activities of a batch', () => {
  let folder: string;
  let store: ObjectStore;
  let catalogue: FakeCatalogue;
  let jobs: FakeControl;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-batch-'));
    store = createFolderStore(folder);
    catalogue = new FakeCatalogue();
    jobs = new FakeControl();
    const manifest: BatchManifest = {
      ...{ batchId: BATCH, tenantId: 'acme', submittedAt: 5, labels: ['night'], title: 'Nightly' },
      webhookUrl: 'https://hooks.example/done',
      jobs: Array.from({ length: 30 }, (_, index) => request({ title: `${index}` })),
    };
    await store.put(storeKeys.batchManifest(BATCH), JSON.stringify(manifest));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = async (work: () => Promise<void>): Promise<void> => {
    await quietEnvironment().run(work);
  };
  const submit = (first: number, count: number) =>
    run(() => submitBatchJobs({ store, catalogue, jobs })({ batchId: BATCH, first, count }));
  const end = (index: number, type: JobEventType) =>
    catalogue.append([
      { jobId: batchJobId(BATCH, index), stream: 'job', sequence: 1, event: example(type, 9) },
    ]);

  it('start each job once, in the way in which the API does, and put it into the catalogue', async () => {
    await submit(0, 25);
    await submit(0, 25);
    await submit(20, 10);
    expect(jobs.started).toEqual(
      Array.from({ length: 30 }, (_, index) => ({
        jobId: batchJobId(BATCH, index),
        request: request({ title: `${index}` }),
        tenantId: 'acme',
        submittedAt: 5,
        batchId: BATCH,
      })),
    );
    expect(await catalogue.events(batchJobId(BATCH, 17))).toMatchObject([
      {
        stream: 'job',
        sequence: 0,
        event: { type: 'JobSubmitted', at: 5, data: { tenantId: 'acme', batchId: BATCH } },
      },
    ]);
    expect(await catalogue.batches.get(BATCH)).toMatchObject({
      batch: { jobs: 30, title: 'Nightly' },
      tally: { counts: { pending: 30 } },
    });
  });

  it('put those into the catalogue that were started before a fault, and are not tried again where the manifest is gone', async () => {
    const start = jobs.startJob.bind(jobs);
    jobs.startJob = async (input) => {
      if (jobs.started.length === 3) throw new CodedError('BATCH_RUNNING', 'There is no room.');
      await start(input);
    };
    await expect(submit(0, 10)).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    expect((await catalogue.batches.get(BATCH))?.tally.counts).toEqual({ pending: 3 });
    await store.delete(storeKeys.batchManifest(BATCH));
    await expect(submit(0, 1)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('do nothing again, while they are held back, that they have done', async () => {
    const reads: string[] = [];
    const asked: string[] = [];
    const appended: string[] = [];
    let room = 3;
    const [get, append, start] = [
      store.get.bind(store),
      catalogue.append.bind(catalogue),
      jobs.startJob.bind(jobs),
    ];
    store.get = (key) => (reads.push(key), get(key));
    catalogue.append = (events) => (appended.push(...events.map(({ jobId }) => jobId)), append(events));
    jobs.startJob = async (input) => {
      asked.push(input.jobId);
      if (room === 0) throw new CodedError('BATCH_RUNNING', 'There is no room.');
      room--;
      await start(input);
    };
    const block = submitBatchJobs({ store, catalogue, jobs });
    const submitBlock = () => run(() => block({ batchId: BATCH, first: 0, count: 30 }));
    await expect(submitBlock()).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    const started = jobs.started.map(({ jobId }) => jobId);
    expect(started).toHaveLength(3);
    // Also those that have ended.
    await end(0, 'JobFailed');
    appended.length = 0;
    asked.length = 0;
    await expect(submitBlock()).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    expect(asked).not.toEqual([]);
    room = 30;
    await submitBlock();
    expect([...asked, ...appended].filter((jobId) => started.includes(jobId))).toEqual([]);
    expect(reads).toEqual([storeKeys.batchManifest(BATCH)]);
    expect(jobs.started).toHaveLength(30);
    // A block that is done is not kept.
    await submitBlock();
    expect(reads).toHaveLength(2);
  });

  it('start no more once they are cancelled', async () => {
    const environment: MockActivityEnvironment = quietEnvironment();
    const start = jobs.startJob.bind(jobs);
    jobs.startJob = async (input) => {
      await start(input);
      environment.cancel();
    };
    await expect(
      environment.run(() =>
        submitBatchJobs({ store, catalogue, jobs })({ batchId: BATCH, first: 0, count: 30 }),
      ),
    ).rejects.toThrow();
    expect(jobs.started.length).toBe(10);
    // Whatever was started is seen.
    expect((await catalogue.batches.get(BATCH))?.tally.counts).toEqual({ pending: 10 });
  });

  it('wait until the last job has ended, however each did', async () => {
    const wait = () => run(() => awaitBatch({ catalogue })({ batchId: BATCH }));
    await expect(wait()).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    await submit(0, 30);
    for (let index = 0; index < 29; index++) await end(index, index % 2 === 0 ? 'JobFailed' : 'JobCancelled');
    await expect(wait()).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    await end(29, 'JobFailed');
    await wait();
  });

  it('cancel what runs, until nothing runs any more', async () => {
    const cancel = (started: number) =>
      run(() => cancelBatchJobs({ catalogue, jobs })({ batchId: BATCH, started }));
    await submit(0, 3);
    await end(0, 'JobFailed');
    await expect(cancel(25)).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    // Not the one that has ended; of the others all, since the catalogue may not know a job that was just started.
    expect([...jobs.cancelled].sort()).toEqual(
      Array.from({ length: 24 }, (_, index) => batchJobId(BATCH, index + 1)),
    );
    await end(1, 'JobCancelled');
    // Ended by an operator: it never tells.
    jobs.over.add(batchJobId(BATCH, 2));
    await cancel(25);
  });

  it('record the end once, where the catalogue is restored from', async () => {
    await submit(0, 30);
    const conclude = (cancelled: boolean) =>
      run(() => concludeBatch({ store, catalogue })({ batchId: BATCH, cancelled }));
    await conclude(true);
    const first = await restoredBatch(store, BATCH);
    expect(first.endedAt).toBeGreaterThan(5);
    expect(first.cancelledAt).toBe(first.endedAt);
    await conclude(false);
    expect(await restoredBatch(store, BATCH)).toEqual(first);
    expect((await catalogue.batches.get(BATCH))?.batch).toEqual(first);
    const delivery = await catalogue.deliveries.find(`msg_${BATCH}`);
    expect(delivery).toMatchObject({
      ...{ tenantId: 'acme', jobId: BATCH, url: 'https://hooks.example/done', event: 'batch.cancelled' },
    });
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({
      ...{ type: 'batch.cancelled', batchId: BATCH, status: 'cancelled', jobs: 30 },
    });
  });

  it('are not marked as ended before all else is written', async () => {
    await submit(0, 30);
    const full = { ...store, put: () => Promise.reject(new Error('full')) };
    const concluding = run(() =>
      concludeBatch({ store: full, catalogue })({ batchId: BATCH, cancelled: true }),
    );
    await expect(concluding).rejects.toThrow('full');
    expect((await catalogue.batches.get(BATCH))?.batch).not.toHaveProperty('endedAt');
  });

  it('are completed if all are, whoever cancelled them', async () => {
    await submit(0, 30);
    const ofJob = happyLog().map((one, sequence) => ({ stream: 'job', sequence, event: one }));
    for (let index = 0; index < 30; index++) {
      const jobId = batchJobId(BATCH, index);
      await catalogue.append(ofJob.slice(1).map((one) => ({ jobId, ...one })));
    }
    await run(() => concludeBatch({ store, catalogue })({ batchId: BATCH, cancelled: true }));
    const delivery = await catalogue.deliveries.find(`msg_${BATCH}`);
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({ type: 'batch.completed', status: 'completed' });
  });

  it('end as they did where a cancel came when all of them had ended', async () => {
    await submit(0, 30);
    for (let index = 0; index < 30; index++) await end(index, 'JobFailed');
    await catalogue.batches.markCancelled(BATCH, 4);
    await run(() => concludeBatch({ store, catalogue })({ batchId: BATCH, cancelled: false }));
    expect(await restoredBatch(store, BATCH)).not.toHaveProperty('cancelledAt');
    const delivery = await catalogue.deliveries.find(`msg_${BATCH}`);
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({ type: 'batch.completed', status: 'failed' });
  });
});
