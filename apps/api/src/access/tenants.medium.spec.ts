import { event, EXAMPLES, happyLog, request } from '@framefold/domain/testing';
import type { JobEvent } from '@framefold/domain';
import { storeKeys } from '@framefold/domain';
import { v7 as uuidv7 } from 'uuid';
import { StartBatchedJobs } from '../batches/start-batched-jobs.ts';
import { MOST_STREAMS } from '../jobs/open-streams.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';
import { openStream } from '../testing/open-stream.ts';
import { newUploadId } from '../uploads/upload-id.ts';

const BODY = { sourceUrl: 'https://media.example/a.mp4', userId: 'ada' };
const UNKNOWN = '01936b2e-0000-7000-8000-000000000000';

/** Bodies that routes want before they look for the id, by method and path; the others take an empty one. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /api/keys/{id}/rotate': { overlapSeconds: 60 },
  'PATCH /api/jobs/{id}': { priority: 5 },
};

const TUS = { 'tus-resumable': '1.0.0' };
/** What a request for the next bytes of an upload has. */
const TUS_BYTES = { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };

/** Begins an upload by tus, at an address that may have a query; returns its id. */
const beginUpload = async (key: string, path: string, length: number): Promise<string> => {
  const begun = await world.send(key, 'POST', path, undefined, {
    ...TUS,
    'upload-length': String(length),
    'upload-metadata': `filename ${Buffer.from('a.mp4').toString('base64')}`,
  });
  return begun.headers.location?.split('/').at(-1) ?? '';
};

let world: ApiWithKeys;
let admin: string;
beforeAll(async () => {
  world = await startApiWithKeys();
  // Times of files are the file system's: an upload is not to have expired.
  world.api.now = Date.now();
  admin = await world.keyOf('default', ['admin']);
});
afterAll(() => world.close());

/** A log of a tenant's job that is complete, at the time of the API. */
const completedOf = (tenantId: string): JobEvent[] =>
  happyLog().map((one) => ({
    ...one,
    at: world.api.now,
    ...(one.type === 'JobSubmitted' ? { data: { request: request(), tenantId } } : {}),
  })) as JobEvent[];

describe('another tenant', () => {
  it('has streams left to open when one has opened all of its own', async () => {
    const left = new AbortController();
    const open = async (tenantId: string): Promise<() => Promise<number>> => {
      const jobId = await world.api.jobWith(completedOf(tenantId).slice(0, 9));
      const headers = { authorization: `Bearer ${await world.keyOf(tenantId)}` };
      const { signal } = left;
      return async () => (await openStream(world.api.port, jobId, { headers, signal })).status;
    };
    const [ours, theirs] = [await open('crowd'), await open('neighbour')];
    const opened = await Promise.all(Array.from({ length: MOST_STREAMS + 1 }, ours));
    expect(opened.filter((one) => one !== 200)).toEqual([429]);
    expect(await theirs()).toBe(200);
    left.abort();
  });

  it('finds none of our jobs on any route that takes an id', async () => {
    const [own, other] = [
      await world.keyOf('acme', ['admin']),
      await world.keyOf('rival', ['admin', 'read', 'submit', 'operate']),
    ];
    const jobId = await world.api.jobWith(completedOf('acme'));
    await world.api.store.put(storeKeys.outputFile(jobId, 'master.m3u8'), '#EXTM3U\n');
    const { id: keyId } = (await world.send(own, 'POST', '/api/keys', { name: 'k', scopes: ['read'] })).json;
    const deliveryId = 'msg_ours';
    await world.api.catalogue.deliveries.add([
      {
        id: deliveryId,
        tenantId: 'acme',
        jobId,
        url: 'https://hooks.example/done',
        event: 'job.completed',
        sequence: 1,
        body: '{}',
        createdAt: world.api.now,
        startAt: world.api.now,
      },
    ]);
    const uploadId = await beginUpload(own, '/api/uploads', 9);
    const { batchId } = (await world.send(own, 'POST', '/api/batches', { jobs: [BODY] })).json;
    const ids: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      jobs: { ours: jobId, nobodys: UNKNOWN },
      media: { ours: jobId, nobodys: UNKNOWN },
      batches: { ours: batchId, nobodys: UNKNOWN },
      keys: { ours: keyId, nobodys: '0'.repeat(16) },
      uploads: { ours: uploadId, nobodys: '0'.repeat(uploadId.length) },
      deliveries: { ours: deliveryId, nobodys: 'msg_nobodys' },
    };
    const { paths } = (await world.send(undefined, 'GET', '/openapi.json')).json;
    const tried: string[] = [];
    for (const [template, operations] of Object.entries<Record<string, object>>(paths)) {
      if (!template.includes('{') || template.startsWith('/api/tenants/')) continue;
      const kind = template.split('/').find((part) => part in ids);
      // A route for ids of a new kind: say above what ours is.
      expect([template, kind]).toEqual([template, expect.any(String)]);
      const pathOf = (id: string): string =>
        template
          .replace(/\{(id|jobId)\}/, id)
          .replace('{path}', 'master.m3u8')
          .replace('{name}', '480p');
      for (const method of Object.keys(operations).map((name) => name.toUpperCase())) {
        const body = /^(GET|HEAD|DELETE)$/.test(method) ? undefined : (BODIES[`${method} ${template}`] ?? {});
        const headers = kind === 'uploads' ? TUS_BYTES : {};
        const ours = await world.send(other, method, pathOf(ids[kind!]!.ours!), body, headers);
        const nobodys = await world.send(other, method, pathOf(ids[kind!]!.nobodys!), body, headers);
        tried.push(`${method} ${template}`);
        expect([method, template, ours.status]).toEqual([method, template, 404]);
        // The very same answer, but for the id that was asked for.
        const without = (text: string): string =>
          Object.values(ids[kind!]!).reduce((rest, id) => rest.replaceAll(id, 'ID'), text);
        expect(without(ours.text)).toBe(without(nobodys.text));
      }
    }
    expect(tried).toEqual(
      expect.arrayContaining([
        'GET /api/jobs/{id}',
        'DELETE /api/jobs/{id}',
        'GET /api/batches/{id}',
        'DELETE /api/batches/{id}',
        'GET /api/jobs/{id}/manifest',
        'GET /media/{jobId}/{path}',
        'POST /api/keys/{id}/rotate',
      ]),
    );
    for (const path of [`/api/jobs/${jobId}`, `/api/jobs/${jobId}/manifest`, `/media/${jobId}/master.m3u8`]) {
      expect((await world.send(own, 'GET', path)).status).toBe(200);
      expect((await world.send(admin, 'GET', path)).status).toBe(404);
      expect((await world.send(admin, 'GET', `${path}?tenant=acme`)).status).toBe(200);
      expect((await world.send(other, 'GET', `${path}?tenant=acme`)).status).toBe(404);
    }
  });

  it('reaches no upload of ours by a query that ends like its address', async () => {
    const [own, other] = [await world.keyOf('acme'), await world.keyOf('rival')];
    const ours = await beginUpload(own, '/api/uploads', 9);
    const theirs = await beginUpload(other, '/api/uploads', 5);
    const path = `/api/uploads/${theirs}?x=/${ours}`;
    const { headers } = await world.send(other, 'HEAD', path, undefined, TUS);
    expect(headers).toMatchObject({ 'upload-length': '5', 'upload-offset': '0' });
    expect((await world.send(other, 'PATCH', path, 'abc', TUS_BYTES)).status).toBe(204);
    const offsetOf = async (key: string, id: string): Promise<number> =>
      (await world.send(key, 'GET', `/api/uploads/${id}`)).json.offset;
    expect([await offsetOf(own, ours), await offsetOf(other, theirs)]).toEqual([0, 3]);
  });

  it('has its uploads by tus served to the operator who names it', async () => {
    const key = await world.keyOf('acme');
    const id = await beginUpload(admin, '/api/uploads?tenant=acme', 4);
    const path = `/api/uploads/${id}?tenant=acme`;
    expect((await world.send(admin, 'OPTIONS', '/api/uploads?tenant=acme')).status).toBe(204);
    expect(await world.send(admin, 'HEAD', path, undefined, TUS)).toMatchObject({
      status: 200,
      headers: { 'upload-length': '4', 'upload-offset': '0' },
    });
    expect((await world.send(admin, 'PATCH', path, 'film', TUS_BYTES)).status).toBe(204);
    expect((await world.send(key, 'GET', `/api/uploads/${id}`)).json.status).toBe('complete');
    expect((await world.send(admin, 'GET', `/api/uploads/${id}`)).status).toBe(404);
    expect((await world.send(admin, 'DELETE', path, undefined, TUS)).status).toBe(204);
  });

  it('has lists, usage and idempotency keys of its own', async () => {
    const [a, b] = [await world.keyOf('lists-a'), await world.keyOf('lists-b')];
    const send = (key: string) =>
      world.send(key, 'POST', '/api/transcode', BODY, { 'Idempotency-Key': 'same' });
    const [first, second] = [(await send(a)).json.jobId, (await send(b)).json.jobId];
    expect(second).not.toBe(first);
    expect((await send(a)).json.jobId).toBe(first);
    const list = async (key: string, query = '') =>
      (await world.send(key, 'GET', `/api/jobs${query}`)).json.jobs;
    expect(await list(a)).toMatchObject([{ id: first, tenantId: 'lists-a' }]);
    expect(await list(b)).toMatchObject([{ id: second, tenantId: 'lists-b' }]);
    expect(await list(admin)).toEqual([]);
    expect(await list(admin, '?tenant=lists-b')).toMatchObject([{ id: second }]);
    const usage = (await world.send(a, 'GET', '/api/usage')).json;
    expect(usage).toMatchObject({ tenantId: 'lists-a', now: { runningJobs: 1 }, days: [{ jobs: 1 }] });
  });
});

describe('a job of a tenant', () => {
  it('is started with its tenant and its weight', async () => {
    await world.setTenant('heavy', { weight: 7 });
    const { json } = await world.send(await world.keyOf('heavy'), 'POST', '/api/transcode', BODY);
    const started = world.api.temporal.started.findIndex(({ jobId }) => jobId === json.jobId);
    expect(world.api.temporal.started[started]).toMatchObject({ tenantId: 'heavy' });
    expect(world.api.temporal.weights[started]).toBe(7);
  });

  it('may be submitted by the operator', async () => {
    const { json } = await world.send(admin, 'POST', '/api/transcode?tenant=heavy', { ...BODY, priority: 1 });
    expect((await world.api.catalogue.job(json.jobId))?.job.tenantId).toBe('heavy');
  });

  it.each([
    [4, 'high', 403],
    [4, 4, 201],
    [4, 'batch', 201],
    [1, 'live', 201],
    [9, 8, 403],
  ])('under a ceiling of %j may have priority %j: %d', async (priorityCeiling, priority, expected) => {
    await world.setTenant('ceiling', { priorityCeiling });
    const key = await world.keyOf('ceiling');
    const answer = await world.send(key, 'POST', '/api/transcode', { ...BODY, priority });
    expect(answer.status).toBe(expected);
    if (expected === 403) {
      expect(answer.json).toMatchObject({ code: 'PRIORITY_NOT_GRANTED', errors: [{ path: 'priority' }] });
    }
  });
});

describe('quotas', () => {
  it('let in as many jobs at once as they say, however many ask together', async () => {
    await world.setTenant('few', { quotas: { concurrentJobs: 2 } });
    const key = await world.keyOf('few');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.send(key, 'POST', '/api/transcode', BODY)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.json).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      detail: 'The tenant few may have 2 jobs at a time, and has 2.',
      quota: 'concurrentJobs',
      limit: 2,
      used: 2,
    });
    const { jobs } = (await world.send(key, 'GET', '/api/jobs')).json;
    await world.api.catalogue.append([
      {
        jobId: jobs[0].id,
        stream: 'job',
        sequence: 1,
        event: { type: 'JobCancelled', at: world.api.now, data: EXAMPLES.JobCancelled },
      },
    ]);
    expect((await world.send(key, 'POST', '/api/transcode', BODY)).status).toBe(201);
  });

  it('take no room for a job that could not be started', async () => {
    await world.setTenant('one', { quotas: { concurrentJobs: 1 } });
    const key = await world.keyOf('one');
    world.api.temporal.failure = new ProblemError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.');
    expect((await world.send(key, 'POST', '/api/transcode', BODY)).status).toBe(503);
    world.api.temporal.failure = undefined;
    expect((await world.send(key, 'POST', '/api/transcode', BODY)).status).toBe(201);
    expect((await world.send(key, 'POST', '/api/transcode', BODY)).status).toBe(429);
  });

  it('have room again when a job is cancelled whose workflow is gone; what it tells later is refused', async () => {
    await world.setTenant('lost', { quotas: { concurrentJobs: 1 } });
    const key = await world.keyOf('lost');
    const submit = () => world.send(key, 'POST', '/api/transcode', BODY);
    const { jobId } = (await submit()).json;
    expect((await submit()).status).toBe(429);
    expect(await world.send(key, 'DELETE', `/api/jobs/${jobId}`)).toMatchObject({
      ...{ status: 200, json: { status: 'cancelled' } },
    });
    const late = { type: 'JobFailed', at: world.api.now, data: EXAMPLES.JobFailed } as const;
    await world.api.catalogue.append([{ jobId, stream: 'job', sequence: 1, event: late }]);
    expect((await world.send(key, 'GET', `/api/jobs/${jobId}`)).json.status).toBe('cancelled');
    expect((await submit()).status).toBe(201);
  });

  it('have room again when a batch is cancelled that has jobs whose workflows are gone', async () => {
    const jobs = world.api.app.get(StartBatchedJobs);
    const jobId = await world.api.jobWith([event('JobSubmitted', world.api.now, { request: request() })]);
    expect(await jobs.requestCancel(jobId)).toBe(false);
    expect((await world.api.catalogue.job(jobId))?.job.state).toBe('cancelled');
    const neverStarted = uuidv7();
    expect(await jobs.requestCancel(neverStarted)).toBe(false);
    expect(await world.api.catalogue.events(neverStarted)).toEqual([]);
  });

  it('hold the jobs of a batch back until there is room', async () => {
    await world.setTenant('batches', { quotas: { concurrentJobs: 1 } });
    const batchId = uuidv7();
    const [first, second] = [uuidv7(), uuidv7()];
    const upload = newUploadId();
    const start = (jobId: string) =>
      world.api.app.get(StartBatchedJobs).startJob({
        ...{ jobId, batchId, tenantId: 'batches', submittedAt: world.api.now },
        request: request({ sourceUrl: `upload://${upload}` }),
      });
    const isStarted = (jobId: string) => world.api.temporal.started.some((input) => input.jobId === jobId);
    await start(first);
    await start(first);
    await expect(start(second)).rejects.toMatchObject({ code: 'BATCH_RUNNING' });
    expect([first, second].map(isStarted)).toEqual([true, false]);
    expect(await world.api.store.get(storeKeys.uploadClaim(upload, first))).toBeDefined();
    await world.api.catalogue.append(
      completedOf('batches').map((event, sequence) => ({ jobId: first, stream: 'job', sequence, event })),
    );
    await start(second);
    expect(isStarted(second)).toBe(true);
  });

  it('are not what a job waits for that can never be started', async () => {
    await world.setTenant('refused', {});
    world.api.temporal.failure = new ProblemError('INTERNAL', 'Temporal refuses what it was asked.');
    const start = world.api.app.get(StartBatchedJobs).startJob({
      ...{ jobId: uuidv7(), batchId: uuidv7(), tenantId: 'refused', submittedAt: world.api.now },
      request: request(),
    });
    await expect(start).rejects.toMatchObject({ code: 'INTERNAL' });
    world.api.temporal.failure = undefined;
  });

  it('give the same job again to who repeats a request', async () => {
    await world.setTenant('repeats', { quotas: { concurrentJobs: 1 } });
    const key = await world.keyOf('repeats');
    const send = () => world.send(key, 'POST', '/api/transcode', BODY, { 'Idempotency-Key': 'k' });
    const first = await send();
    expect(await send()).toMatchObject({ status: 201, json: { jobId: first.json.jobId } });
  });

  it('count minutes of a day, and say when it is over', async () => {
    await world.setTenant('minutes', { quotas: { minutesPerDay: 0.5 } });
    const key = await world.keyOf('minutes');
    await world.api.jobWith(completedOf('minutes'));
    const answer = await world.send(key, 'POST', '/api/transcode', BODY);
    expect(answer.json).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'minutesPerDay', used: 0.5 });
    const wait = Number(answer.headers['retry-after']);
    expect(new Date(world.api.now + wait * 1000).toISOString()).toMatch(/T00:00:00/);
    world.api.now += wait * 1000;
    expect((await world.send(key, 'POST', '/api/transcode', BODY)).status).toBe(201);
  });

  it('count the bytes that are stored', async () => {
    await world.setTenant('bytes', { quotas: { storageBytes: 5_000_000 } });
    await world.api.jobWith(completedOf('bytes'));
    const answer = await world.send(await world.keyOf('bytes'), 'POST', '/api/transcode', BODY);
    expect(answer.json).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'storageBytes' });
  });
});
