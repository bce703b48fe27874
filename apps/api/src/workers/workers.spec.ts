import { storeKeys, type WorkerReport } from '@framefold/domain';
import { workerReport } from '@framefold/domain/testing';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const report = async (id: string, fields: Partial<WorkerReport> = {}): Promise<void> => {
  const complete = workerReport({ id, roles: ['media', 'encode-cpu'], lastHeartbeat: api.now, ...fields });
  await api.store.put(storeKeys.worker(id), JSON.stringify(complete));
};
const workers = async () => (await api.send('GET', '/api/workers')).json;

describe('GET /api/workers', () => {
  it('is empty without workers', async () => {
    expect(await workers()).toEqual({
      pool: { total: 0, starting: 0, idle: 0, busy: 0, quarantined: 0, draining: 0, offline: 0 },
      workers: [],
      unreported: [],
      queues: [],
    });
  });

  it('counts the workers by status and shows what they said', async () => {
    const task = {
      activity: 'encodeChunk',
      workflowId: 'transcode-j',
      unit: 'chunk-00002',
      attempt: 1,
      startedAt: 5,
    };
    await report('a', { status: 'busy', currentTasks: [task] });
    await report('b');
    await report('c', { status: 'draining' });
    await report('d', { status: 'busy', currentTasks: [task], lastHeartbeat: api.now - 30_001 });
    await report('e', { status: 'quarantined', statusReasons: ['It seems sick.'] });
    const { pool, workers: listed } = await workers();
    expect(pool).toEqual({
      total: 5,
      starting: 0,
      idle: 1,
      busy: 1,
      quarantined: 1,
      draining: 1,
      offline: 1,
    });
    expect(listed[0]).toMatchObject({
      id: 'a',
      role: 'media+encode-cpu',
      status: 'busy',
      currentTask: 'encodeChunk chunk-00002 of transcode-j',
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

  it('joins what Temporal knows of them, and the queues', async () => {
    await report('a');
    await report('b', { lastHeartbeat: api.now - 60_000 });
    const entry = {
      taskQueue: 'framefold-encode-cpu',
      status: 'running',
      lastHeartbeat: api.now - 1_000,
      slotsUsed: 2,
      pollers: 1,
    };
    const queue = {
      name: 'framefold-encode-cpu',
      pollers: 1,
      backlog: 7,
      backlogAgeSeconds: 3,
      tasksAddedPerSecond: 1,
      tasksDispatchedPerSecond: 2,
    };
    api.temporal.poolState = { workers: [{ identity: 'b', ...entry }], queues: [queue] };
    const answer = await workers();
    expect(answer.queues).toEqual([queue]);
    expect(answer.workers[0]).toMatchObject({ id: 'a', temporal: [] });
    // It can't write its report, but it is heard.
    expect(answer.workers[1]).toMatchObject({
      id: 'b',
      status: 'idle',
      lastHeartbeat: entry.lastHeartbeat,
      temporal: [entry],
    });
    await workers();
    expect(api.temporal.poolCalls).toBe(1);
  });

  it('tells of workers that Temporal hears but that have no report that can be read', async () => {
    await report('a');
    await api.store.put(storeKeys.worker('older'), '{"id":"older"}');
    const entry = { status: 'running', lastHeartbeat: api.now - 2_000, slotsUsed: 0, pollers: 1 };
    api.temporal.poolState = {
      workers: [
        { ...entry, identity: 'older', taskQueue: 'framefold-media' },
        { ...entry, identity: 'older', taskQueue: 'framefold-control', lastHeartbeat: api.now - 1_000 },
        { ...entry, identity: 'a', taskQueue: 'framefold-media' },
        { ...entry, identity: 'ended', taskQueue: 'framefold-media', status: 'shutting-down' },
        { ...entry, identity: 'silent', taskQueue: 'framefold-media', lastHeartbeat: api.now - 30_001 },
      ],
      queues: [],
    };
    const { pool, unreported } = await workers();
    expect(pool.total).toBe(1);
    expect(unreported).toEqual([
      {
        id: 'older',
        lastHeartbeat: api.now - 1_000,
        temporal: [
          { ...entry, taskQueue: 'framefold-media' },
          { ...entry, taskQueue: 'framefold-control', lastHeartbeat: api.now - 1_000 },
        ],
      },
    ]);
  });

  it('lists the workers also while Temporal is away, and says so', async () => {
    await report('a');
    api.temporal.failure = new Error('Temporal does not answer.');
    expect(await workers()).toMatchObject({
      pool: { total: 1 },
      queues: [],
      temporalUnavailable: 'Temporal does not answer.',
    });
  });

  it('tells of a clock that is ahead', async () => {
    await report('a', { lastHeartbeat: api.now + 20_000 });
    expect((await workers()).workers[0].statusReasons).toEqual(['Its clock is 20 s ahead of this one.']);
  });
});
