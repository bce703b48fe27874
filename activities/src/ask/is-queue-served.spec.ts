import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeKeys, type WorkerReport } from '@framefold/domain';
import { workerReport } from '@framefold/domain/testing';
import { createFolderStore, type ObjectStore } from '@framefold/platform';
import { isQueueServed } from './is-queue-served.ts';

const QUESTION = { taskQueue: 'framefold-encode-gpu', encoder: 'h264_nvenc' };

describe('isQueueServed', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-ask-'));
    store = createFolderStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const report = (id: string, fields: Partial<WorkerReport>): Promise<void> =>
    store.put(
      storeKeys.worker(id),
      JSON.stringify(
        workerReport({
          id,
          queues: [QUESTION.taskQueue],
          lastHeartbeat: Date.now(),
          proved: [{ name: QUESTION.encoder, device: 'gpu-0', works: true }],
          ...fields,
        }),
      ),
    );

  it('is not while there is nobody, or nobody who can do it', async () => {
    expect(await isQueueServed({ store })(QUESTION)).toBe(false);
    await report('other', { queues: ['framefold-encode-cpu'] });
    await report('broken', { proved: [{ name: QUESTION.encoder, device: 'gpu-0', works: false }] });
    await report('gone', { lastHeartbeat: Date.now() - 60_000 });
    await store.put(storeKeys.worker('torn'), '{"id":');
    expect(await isQueueServed({ store })(QUESTION)).toBe(false);
  });

  it('is by a worker that can', async () => {
    await report('other', { queues: ['framefold-encode-cpu'] });
    await report('worker', { status: 'busy' });
    expect(await isQueueServed({ store })(QUESTION)).toBe(true);
  });
});
