import { storeKeys, type WorkerReport } from '@framefold/domain';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const report = async (id: string, fields: Partial<WorkerReport> = {}): Promise<void> => {
  const complete: WorkerReport = {
    id,
    host: 'h',
    pid: 1,
    roles: ['media', 'encode-cpu'],
    queues: ['framefold-media'],
    slots: { 'framefold-media': 4 },
    status: 'idle',
    currentTasks: [],
    tasksCompleted: 3,
    tasksFailed: 1,
    lastHeartbeat: api.now,
    registeredAt: 1,
    cpuModel: 'c',
    cpuThreads: 2,
    ramTotalBytes: 1024,
    gpus: [],
    encoders: ['libx264'],
    ...fields,
  };
  await api.store.put(storeKeys.worker(id), JSON.stringify(complete));
};
const workers = async () => (await api.send('GET', '/api/workers')).json;

describe('GET /api/workers', () => {
  it('is empty without workers', async () => {
    expect(await workers()).toEqual({
      pool: { total: 0, idle: 0, busy: 0, draining: 0, offline: 0 },
      workers: [],
    });
  });

  it('counts the workers by status and shows what they said', async () => {
    const task = { activity: 'encodeChunk', workflowId: 'transcode-j', attempt: 1, startedAt: 5 };
    await report('a', { status: 'busy', currentTasks: [task] });
    await report('b');
    await report('c', { status: 'draining' });
    await report('d', { status: 'busy', currentTasks: [task], lastHeartbeat: api.now - 30_001 });
    const { pool, workers: listed } = await workers();
    expect(pool).toEqual({ total: 4, idle: 1, busy: 1, draining: 1, offline: 1 });
    expect(listed[0]).toMatchObject({
      id: 'a',
      role: 'media+encode-cpu',
      status: 'busy',
      currentTask: 'encodeChunk of transcode-j',
    });
    expect(listed[1]).not.toHaveProperty('currentTask');
    expect(listed[3]).toMatchObject({ id: 'd', status: 'offline', currentTasks: [] });
  });

  it('forgets a worker after ten minutes, not before', async () => {
    await report('kept', { lastHeartbeat: api.now - 600_000 });
    await report('gone', { lastHeartbeat: api.now - 600_001 });
    expect((await workers()).workers.map(({ id }: { id: string }) => id)).toEqual(['kept']);
  });

  it('passes over what it cannot read', async () => {
    await api.store.put(storeKeys.worker('broken'), '{');
    await api.store.put(storeKeys.worker('older'), '{"id":"older"}');
    await report('a');
    expect((await workers()).pool.total).toBe(1);
  });
});
