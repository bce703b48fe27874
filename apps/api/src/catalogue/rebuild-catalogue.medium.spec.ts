import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeKeys, type NewEvent } from '@framefold/domain';
import { attempt, event, example, happyLog, request } from '@framefold/domain/testing';
import { openCatalogue, type OpenCatalogue } from '@framefold/platform';
import { v7 as uuidv7 } from 'uuid';
import { type ApiUnderTest, startApiOn } from '../testing/api-under-test.ts';

const HOUR_MS = 3_600_000;
const BATCH = '01936b2e-0000-7000-8000-0000000000bb';

/** All tests share one catalogue: each has jobs of its own. */
let folder: string;
let catalogue: OpenCatalogue;
let api: ApiUnderTest<OpenCatalogue>;
let ids: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framefold-rebuild-'));
  catalogue = await openCatalogue({ folder });
});
afterAll(async () => {
  await catalogue.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  ids = Array.from({ length: 4 }, () => uuidv7());
  api = await startApiOn(catalogue);
  api.backends.access = catalogue.access;
});
afterEach(() => api.close());

const logOf = (jobId: string, events: ReturnType<typeof happyLog>): NewEvent[] =>
  events.map((one, sequence) => ({ jobId, stream: 'job', sequence, event: one }));
const keep = async (log: readonly NewEvent[]): Promise<void> => {
  const lines = log.map((one, position) => `${JSON.stringify({ ...one, position })}\n`);
  await api.store.put(storeKeys.eventLog(log[0]?.jobId ?? ''), lines.join(''));
};
const rebuild = async () => {
  const begun = await api.send('POST', '/api/catalogue/rebuild');
  expect(begun).toMatchObject({ status: 202, json: { status: 'running' } });
  for (;;) {
    const { json } = await api.send('GET', '/api/catalogue/rebuild');
    if (json.status !== 'running') return json;
  }
};
const failed = [event('JobSubmitted', 5, { request: request(), batchId: BATCH }), example('JobFailed', 6)];

describe('POST /api/catalogue/rebuild', () => {
  it('restores jobs from the store and from Temporal, and batches', async () => {
    const [complete, broken, running, rerun] = ids as [string, string, string, string];
    await keep(logOf(complete, happyLog()));
    await keep(logOf(broken, failed));
    await keep(logOf(rerun, failed));
    const tried = attempt({ jobId: complete, outcome: { endedAt: 2, result: 'committed' } });
    await api.store.put(storeKeys.attempt(complete, tried.unit, tried.attemptId), JSON.stringify(tried));
    await api.store.put(storeKeys.outputFile(complete, 'master.m3u8'), '#EXTM3U\n');
    const again = { jobId: rerun, stream: 'job-2', sequence: 0, event: failed[0]! };
    api.temporal.histories
      .set(complete, { running: false, log: [] })
      .set(running, { running: true, log: logOf(running, happyLog().slice(0, 10)) })
      .set(rerun, { running: true, log: [again] });
    const manifest = {
      batchId: BATCH,
      tenantId: 'default',
      submittedAt: 5,
      labels: ['b'],
      jobs: [request()],
    };
    await api.store.put(storeKeys.batchManifest(BATCH), JSON.stringify(manifest));
    await api.store.put(storeKeys.batchRecord(BATCH), JSON.stringify({ endedAt: 9 }));

    expect(await rebuild()).toEqual({
      ...{ status: 'completed', fromStore: 3, fromTemporal: 2, batches: 1 },
      ...{ tenants: 0, keys: 0, accessBackup: 'absent' },
      ...{ startedAt: api.now, completedAt: api.now },
    });
    const views = await Promise.all(ids.map(async (id) => (await api.send('GET', `/api/jobs/${id}`)).json));
    expect(views.map(({ status }) => status)).toEqual(['completed', 'failed', 'transcoding', 'pending']);
    expect((await api.catalogue.events(complete)).map((one) => one.event)).toEqual(happyLog());
    expect(await api.catalogue.attempts.list({ jobId: complete, limit: 9 })).toEqual({ attempts: [tried] });
    expect((await api.send('GET', `/api/batches/${BATCH}`)).json).toMatchObject({
      ...{ status: 'failed', labels: ['b'], completedAt: 9, counts: { failed: 1 } },
    });
    const before = await Promise.all(ids.map((id) => api.catalogue.events(id)));
    await rebuild();
    expect(await Promise.all(ids.map((id) => api.catalogue.events(id)))).toEqual(before);
  });

  it('restores no batches that never began', async () => {
    const [jobId, running, withJobs, refused] = ids as [string, string, string, string];
    for (const batchId of [running, withJobs, refused]) {
      const manifest = { batchId, tenantId: 'default', submittedAt: 5, labels: [], jobs: [request()] };
      await api.store.put(storeKeys.batchManifest(batchId), JSON.stringify(manifest));
    }
    await api.temporal.startBatch({ batchId: running, jobs: 1 });
    const submitted = event('JobSubmitted', 5, { request: request(), batchId: withJobs });
    await keep(logOf(jobId, [submitted, example('JobFailed', 6)]));
    expect(await rebuild()).toMatchObject({ status: 'completed', batches: 2 });
    const views = [running, withJobs, refused].map((id) => api.send('GET', `/api/batches/${id}`));
    expect((await Promise.all(views)).map(({ status }) => status)).toEqual([200, 200, 404]);
  });

  it('restores the webhooks of ends that may be due yet, and of no others', async () => {
    const now = Date.now();
    api.now = now;
    const webhookUrl = 'https://hooks.example/h';
    const endedAgo = (hours: number) => [
      event('JobSubmitted', 5, { request: request({ webhookUrl }) }),
      example('ProbingStarted', 6),
      example('JobFailed', now - hours * HOUR_MS),
    ];
    const [waiting, told, unstarted, old] = ids as [string, string, string, string];
    for (const jobId of [waiting, told, unstarted]) await keep(logOf(jobId, endedAgo(23)));
    await keep(logOf(old, endedAgo(25)));
    api.temporal.deliveryRuns
      .set(`msg_${waiting}_2`, { running: true })
      .set(`msg_${told}_2`, { running: false });
    await rebuild();
    await rebuild();
    const restored = await Promise.all(ids.map((id) => catalogue.deliveries.ofJob(id)));
    expect(restored.map((all) => all.map(({ id, state }) => [id, state]))).toEqual([
      [[`msg_${waiting}_2`, 'pending']],
      [],
      [[`msg_${unstarted}_2`, 'pending']],
      [],
    ]);
  });

  it('looks twice at what runs: the catalogue may have refused what came in between', async () => {
    const [jobId = ''] = ids;
    let looks = 0;
    api.temporal.histories.set(jobId, { running: true, log: [] });
    api.temporal.historyLog = async () => logOf(jobId, happyLog().slice(0, 8 + ++looks));
    await rebuild();
    expect(looks).toBe(2);
    expect((await api.send('GET', `/api/jobs/${jobId}`)).json.phases).toHaveLength(4);
    expect(await api.catalogue.events(jobId)).toHaveLength(10);
  });

  it('restores tenants and keys from their backup, once', async () => {
    const tenant = {
      ...{ id: 'acme', weight: 2, priorityCeiling: 4, quotas: {} },
      createdAt: 5,
      changedAt: 5,
    };
    const key = { id: 'k', tenantId: 'acme', name: 'k', scopes: ['read'], createdAt: 6, revokedAt: 7 };
    const keys = [{ ...key, secretHash: 'ab'.repeat(32) }];
    const backup = { version: 1, writtenAt: 9, tenants: [tenant], keys };
    await api.store.put(storeKeys.accessBackup(), JSON.stringify(backup));
    expect(await rebuild()).toMatchObject({ status: 'completed', tenants: 1, keys: 1 });
    expect(await api.catalogue.access.keys('acme')).toEqual([key]);
    expect(await rebuild()).toMatchObject({ tenants: 0, keys: 0, accessBackup: 'restored' });
  });

  it.each([
    ['torn', '{"version":1,"tena', 'it is not JSON'],
    ['of another kind', '{"version":1,"writtenAt":3,"tenants":[],"keys":[{}]}', 'keys.0.id'],
  ])('restores the jobs although the backup of tenants and keys is %s', async (_kind, text, reason) => {
    const [jobId = ''] = ids;
    await keep(logOf(jobId, happyLog()));
    await api.store.put(storeKeys.accessBackup(), text);
    expect(await rebuild()).toMatchObject({
      ...{ status: 'failed', fromStore: 1, accessBackup: 'damaged', code: 'ACCESS_BACKUP_DAMAGED' },
      ...{ error: expect.stringContaining(reason), hint: expect.stringContaining('catalogue/access.json') },
    });
    expect((await api.send('GET', `/api/jobs/${jobId}`)).json).toMatchObject({ status: 'completed' });
  });

  it('looks twice at a further run as well, behind the log of the one before', async () => {
    const [jobId = ''] = ids;
    await keep(logOf(jobId, failed));
    const again = happyLog().map((one, sequence) => ({ jobId, stream: 'job-r1', sequence, event: one }));
    let looks = 0;
    api.temporal.histories.set(jobId, { running: true, log: [] });
    api.temporal.historyLog = async () => again.slice(0, 8 + ++looks);
    await rebuild();
    expect(looks).toBe(2);
    expect(await api.catalogue.events(jobId)).toHaveLength(failed.length + 10);
  });

  it('takes from Temporal what the store has without its beginning', async () => {
    const [jobId = ''] = ids;
    await keep(logOf(jobId, happyLog()).slice(-1));
    api.temporal.histories.set(jobId, { running: false, log: logOf(jobId, happyLog()) });
    expect(await rebuild()).toMatchObject({ fromStore: 0, fromTemporal: 1 });
    expect((await api.send('GET', `/api/jobs/${jobId}`)).json).toMatchObject({ status: 'completed' });
  });

  it.each(['{"jobId":"x"}\n', '{"torn'])('restores all else and names a log that is %j', async (text) => {
    const [broken = '', known = '', whole = ''] = [...ids].sort();
    await api.store.put(storeKeys.eventLog(broken), text);
    await api.store.put(storeKeys.eventLog(known), text);
    await keep(logOf(whole, happyLog()));
    api.temporal.histories.set(known, { running: false, log: logOf(known, happyLog()) });
    expect(await rebuild()).toMatchObject({
      ...{ status: 'failed', fromStore: 1, fromTemporal: 1, code: 'EVENT_LOG_DAMAGED' },
      ...{ error: expect.stringContaining(storeKeys.eventLog(broken)), hint: expect.any(String) },
    });
    const statuses = [broken, known, whole].map(
      async (id) => (await api.send('GET', `/api/jobs/${id}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 200, 200]);
  });
});

it('GET /api/catalogue/rebuild says that there was none', async () => {
  expect((await api.send('GET', '/api/catalogue/rebuild')).json).toMatchObject({ status: 'none' });
});
