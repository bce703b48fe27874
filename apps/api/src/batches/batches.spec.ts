import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { event, example, request } from '@framefold/domain/testing';
import { DEFAULT_TENANT, storeKeys } from '@framefold/domain';
import { ProblemError } from '../problem/problem-error.ts';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';
import { keepUploads } from '../uploads/claim-uploads.ts';
import { newUploadId } from '../uploads/upload-id.ts';
import { Uploads } from '../uploads/uploads.ts';

const UNKNOWN = '01936b2e-0000-7000-8000-000000000000';
const SOURCE = 'https://media.example/films/a%20walk.mp4';
const MANIFEST = {
  title: 'Nightly',
  labels: ['night'],
  webhookUrl: 'https://hooks.example/done',
  defaults: { userId: 'ada' },
  jobs: [{ sourceUrl: SOURCE }, { sourceUrl: SOURCE, priority: 'high', labels: ['own'] }],
};

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const post = (body: unknown, headers: Record<string, string> = {}, query = '') =>
  api.send('POST', `/api/batches${query}`, { body, headers });
const csv = (text: string, query = '', headers = {}) =>
  post(text, { 'content-type': 'text/csv', ...headers }, query);
const manifestOf = async (batchId: string) =>
  JSON.parse(String(await api.store.get(storeKeys.batchManifest(batchId))));

/** Records jobs of a batch, each with what happened behind its submission. */
async function jobsOf(batchId: string, logs: readonly (readonly Parameters<typeof example>[0][])[]) {
  const ids = [];
  for (const types of logs) {
    const submitted = event('JobSubmitted', api.now, { request: request(), batchId });
    ids.push(await api.jobWith([submitted, ...types.map((type) => example(type, api.now))]));
  }
  return ids;
}

describe('POST /api/batches', () => {
  it('keeps the manifest with all defaults, starts the batch and answers 201', async () => {
    const answer = await post(MANIFEST);
    expect(answer.status).toBe(201);
    const { batchId } = answer.json;
    expect(answer.json).toEqual({ batchId, status: 'running', jobs: 2 });
    expect(await manifestOf(batchId)).toEqual({
      batchId,
      tenantId: 'default',
      submittedAt: api.now,
      title: 'Nightly',
      labels: ['night'],
      webhookUrl: 'https://hooks.example/done',
      jobs: [
        request({ userId: 'ada', labels: ['night'] }),
        request({ userId: 'ada', labels: ['night', 'own'], priority: 3 }),
      ],
    });
    expect(api.temporal.batches).toEqual([{ batchId, jobs: 2 }]);
    expect((await api.send('GET', `/api/batches/${batchId}`)).json).toMatchObject({
      id: batchId,
      title: 'Nightly',
      labels: ['night'],
      status: 'running',
      counts: { pending: 2 },
      failures: [],
      links: { jobs: `/api/jobs?batch=${batchId}` },
    });
  });

  it('looks at an upload once, however many of its jobs take it, and keeps it until it has ended', async () => {
    const id = newUploadId();
    await api.app.get(Uploads).receive(DEFAULT_TENANT, id, Readable.from(['film']), {});
    const list = api.store.list.bind(api.store);
    const listed: string[] = [];
    api.store.list = (prefix) => {
      listed.push(prefix);
      return list(prefix);
    };
    const job = { sourceUrl: `upload://${id}`, append: [{ sourceUrl: `upload://${id}` }] };
    const { json } = await post({ ...MANIFEST, jobs: Array.from({ length: 20 }, () => job) });
    expect(listed).toEqual([storeKeys.uploadClaims(id)]);
    const expiry = async () => (await api.send('GET', `/api/uploads/${id}`)).json.expiresAt as unknown;
    expect(await expiry()).toBeUndefined();

    const jobId = 'the-first';
    await keepUploads(api.app.get(Uploads), jobId, request({ sourceUrl: `upload://${id}` }));
    await api.catalogue.append([{ jobId, stream: 'job', sequence: 0, event: example('JobSubmitted', 1) }]);
    await api.catalogue.batches.markEnded(json.batchId, api.now, false);
    // It is run again: who was started is kept for by itself.
    expect(await expiry()).toBeUndefined();
    await api.catalogue.append([{ jobId, stream: 'job', sequence: 1, event: example('JobCancelled', 2) }]);
    expect(await expiry()).toEqual(expect.any(Number));
  });

  it('takes CSV, with what concerns the whole in the query', async () => {
    const text = `\ufeffsourceUrl,priority,labels,title\r\n${SOURCE},3,own,"One, two"\r\n\r\n${SOURCE},,,\r\n`;
    const answer = await csv(
      text,
      '?title=Nightly&label=night&label=x&webhookUrl=https://hooks.example/done',
    );
    expect(answer.status).toBe(201);
    expect(await manifestOf(answer.json.batchId)).toMatchObject({
      title: 'Nightly',
      labels: ['night', 'x'],
      webhookUrl: 'https://hooks.example/done',
      jobs: [
        request({ priority: 3, title: 'One, two', labels: ['night', 'x', 'own'] }),
        request({ labels: ['night', 'x'] }),
      ],
    });
  });

  it('gives the same batch for the same key and manifest, in whatever form it comes', async () => {
    const key = { 'Idempotency-Key': 'k' };
    const first = await post({ jobs: [{ sourceUrl: SOURCE }] }, key);
    api.now += 1000;
    for (const again of [
      await post({ defaults: { sourceUrl: SOURCE }, jobs: [{ priority: 5 }] }, key),
      await csv(`sourceUrl\n${SOURCE}\n`, '', key),
    ])
      expect(again).toMatchObject({ status: 201, json: first.json });
    expect(api.temporal.batches).toHaveLength(1);
    const other = await post({ jobs: [{ sourceUrl: SOURCE, priority: 9 }] }, key);
    expect(other).toMatchObject({ status: 409, json: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('knows a key by what the manifest says, and as a version that put the defaults in knew it', async () => {
    const whole = { labels: [], jobs: [request()] };
    const said = { jobs: [{ sourceUrl: SOURCE }] };
    for (const [key, content] of Object.entries({ whole, said })) {
      const hash = createHash('sha256').update(`batch ${JSON.stringify(content)}`);
      await api.catalogue.claimKey(key, UNKNOWN, hash.digest('hex'));
      const { json } = await post(said, { 'Idempotency-Key': key });
      expect(json).toMatchObject({ batchId: UNKNOWN });
    }
  });

  it('does not take the key of a job for that of a batch', async () => {
    const headers = { 'Idempotency-Key': 'k' };
    await api.send('POST', '/api/transcode', { body: { sourceUrl: SOURCE }, headers });
    expect(await post({ jobs: [{ sourceUrl: SOURCE }] }, headers)).toMatchObject({ status: 409 });
  });

  it('starts the batch that the key is bound to when the first try came to nothing', async () => {
    const key = { 'Idempotency-Key': 'k' };
    api.temporal.failure = new ProblemError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.');
    expect((await post(MANIFEST, key)).json.code).toBe('TEMPORAL_UNAVAILABLE');
    api.temporal.failure = undefined;
    const submittedAt = api.now;
    api.now += 60_000;
    const { batchId } = (await post(MANIFEST, key)).json;
    expect(api.temporal.batches.map((batch) => batch.batchId)).toEqual([batchId]);
    expect((await manifestOf(batchId)).submittedAt).toBe(submittedAt);
  });

  it('names every wrong entry by its place, and starts nothing', async () => {
    const jobs = Array.from({ length: 20 }, () => ({ sourceUrl: SOURCE }));
    const answer = await post({
      jobs: jobs.map((job, index) =>
        index === 17 ? { sourceUrl: 'x' } : index === 3 ? { ...job, queue: 'x' } : job,
      ),
    });
    expect(answer).toMatchObject({ status: 400, json: { code: 'VALIDATION_FAILED' } });
    expect(answer.json.errors.map(({ path }: { path: string }) => path)).toEqual([
      'jobs[3].queue',
      'jobs[17].sourceUrl',
    ]);
    expect(api.temporal.batches).toEqual([]);
  });

  it('names a hundred of many wrong entries, and how many more there are', async () => {
    const { json } = await post({ jobs: Array.from({ length: 150 }, () => ({ sourceUrl: 'x' })) });
    expect(json.errors).toHaveLength(100);
    expect(json.detail).toContain('and 50 more');
  });

  it.each([
    [{ jobs: [] }, 'jobs'],
    [{ ...MANIFEST, webhookUrl: 'x' }, 'webhookUrl'],
    [undefined, ''],
  ])('refuses the manifest of case %#', async (body, path) => {
    expect(await post(body)).toMatchObject({ status: 400, json: { errors: [{ path }] } });
  });

  it('refuses more than ten thousand rows, and CSV that is none', async () => {
    const many = `sourceUrl\n${`${SOURCE}\n`.repeat(10_001)}`;
    expect(await csv(many)).toMatchObject({ status: 400, json: { errors: [{ path: 'jobs' }] } });
    expect(await csv('sourceUrl\n"unclosed\n')).toMatchObject({
      status: 400,
      json: { code: 'MALFORMED_CSV' },
    });
    expect(await csv('sourceUrl\na,b\n')).toMatchObject({ status: 400, json: { code: 'MALFORMED_CSV' } });
  });

  it('reads a manifest of some megabytes, and refuses one of more than 32', async () => {
    const withTitle = (characters: number) =>
      post({ jobs: [{ sourceUrl: SOURCE, title: 'x'.repeat(characters) }] });
    expect((await withTitle(2 * 1024 * 1024)).json.errors).toMatchObject([{ path: 'jobs[0].title' }]);
    const answer = await withTitle(33 * 1024 * 1024);
    expect(answer).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE' } });
  });
});

describe('GET /api/batches', () => {
  it('shows how a batch stands, with its failures', async () => {
    const { batchId } = (await post({ jobs: Array.from({ length: 4 }, () => ({ sourceUrl: SOURCE })) })).json;
    const [, failed] = await jobsOf(batchId, [[], ['JobFailed'], ['JobCancelled']]);
    const { json } = await api.send('GET', `/api/batches/${batchId}`);
    expect(json).toMatchObject({
      status: 'running',
      counts: { pending: 2, failed: 1, cancelled: 1 },
      progress: { total: 4, failed: 1, percent: 50 },
      failures: [{ jobId: failed, title: 'a walk', failure: { code: 'ENCODER_CRASHED' } }],
    });
    const jobs = (await api.send('GET', `/api/jobs?batch=${batchId}&status=failed`)).json.jobs;
    expect(jobs).toMatchObject([{ id: failed, batchId }]);
  });

  it('lists the newest first, in pages, also by label', async () => {
    const ids = [];
    for (const labels of [['a'], [], ['a']])
      ids.push((await post({ labels, jobs: [{ sourceUrl: SOURCE }] })).json.batchId);
    const list = async (query: string) => (await api.send('GET', `/api/batches${query}`)).json;
    const page = await list('?limit=2');
    expect(page.batches.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
    expect((await list(`?limit=2&cursor=${page.nextCursor}`)).batches).toMatchObject([{ id: ids[0] }]);
    expect((await list('?label=a')).batches).toMatchObject([{ id: ids[2] }, { id: ids[0] }]);
    expect(await list('?cursor=nonsense')).toMatchObject({ status: 400, errors: [{ path: 'cursor' }] });
    expect(await list('?colour=red')).toMatchObject({ status: 400, errors: [{ path: 'colour' }] });
  });

  it.each([UNKNOWN, 'x', '%00'])('answers 404 for %s', async (batchId) => {
    for (const method of ['GET', 'DELETE'])
      expect(await api.send(method, `/api/batches/${batchId}`)).toMatchObject({
        status: 404,
        json: { code: 'BATCH_NOT_FOUND' },
      });
  });
});

describe('DELETE /api/batches/:id', () => {
  const batch = async (): Promise<string> => (await post(MANIFEST)).json.batchId;
  const cancel = (batchId: string) => api.send('DELETE', `/api/batches/${batchId}`);

  it('answers when all jobs have ended', async () => {
    const batchId = await batch();
    api.temporal.onCancel = async () => {
      await jobsOf(batchId, [['JobCancelled']]);
      await api.catalogue.batches.markEnded(batchId, api.now, true);
      return 'ended';
    };
    expect(await cancel(batchId)).toMatchObject({ status: 200, json: { status: 'cancelled' } });
    expect((await api.send('GET', `/api/batches/${batchId}`)).json).toMatchObject({
      status: 'cancelled',
      cancelledAt: api.now,
      counts: { cancelled: 2 },
    });
    // Who lost the answer comes again.
    expect(await cancel(batchId)).toMatchObject({ status: 200, json: { status: 'cancelled' } });
  });

  it('answers 409 for a batch that has ended otherwise', async () => {
    const batchId = await batch();
    await jobsOf(batchId, [['JobFailed'], ['JobFailed']]);
    await api.catalogue.batches.markEnded(batchId, api.now, false);
    expect(await cancel(batchId)).toMatchObject({ status: 409, json: { code: 'BATCH_ENDED' } });
  });

  it('says so when it takes longer', async () => {
    const batchId = await batch();
    api.temporal.onCancel = async () => 'still-running';
    expect(await cancel(batchId)).toMatchObject({ status: 202, json: { status: 'cancelling' } });
    expect((await api.send('GET', `/api/batches/${batchId}`)).json.status).toBe('cancelling');
  });

  it('leaves a batch as it runs when Temporal does not hear of it', async () => {
    const batchId = await batch();
    api.temporal.failure = new ProblemError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.');
    expect(await cancel(batchId)).toMatchObject({ status: 503 });
    expect((await api.send('GET', `/api/batches/${batchId}`)).json.status).toBe('running');
  });

  it('ends a batch whose workflow is gone as soon as none of its jobs runs', async () => {
    const batchId = await batch();
    const [jobId] = await jobsOf(batchId, [[]]);
    const answer = await cancel(batchId);
    expect(answer).toMatchObject({ status: 409, json: { code: 'BATCH_ENDED' } });
    expect(answer.json.detail).toContain('one by one');
    expect((await api.send('GET', `/api/batches/${batchId}`)).json.status).toBe('running');
    const cancelled = { jobId: jobId!, stream: 'job', sequence: 9, event: example('JobCancelled', api.now) };
    await api.catalogue.append([cancelled]);
    expect(await cancel(batchId)).toMatchObject({ status: 200, json: { status: 'cancelled' } });
    expect((await api.send('GET', `/api/batches/${batchId}`)).json).toMatchObject({
      ...{ status: 'cancelled', counts: { cancelled: 2 } },
    });
  });

  it('answers 409 when the last job completed first', async () => {
    const batchId = await batch();
    api.temporal.onCancel = async () => {
      await jobsOf(batchId, [
        ['ProbingStarted', 'SplittingStarted', 'TranscodingStarted', 'MergingStarted', 'JobCompleted'],
        ['ProbingStarted', 'SplittingStarted', 'TranscodingStarted', 'MergingStarted', 'JobCompleted'],
      ]);
      await api.catalogue.batches.markEnded(batchId, api.now, false);
      return 'ended';
    };
    const answer = await cancel(batchId);
    expect(answer).toMatchObject({ status: 409, json: { code: 'BATCH_ENDED' } });
    expect(answer.json.detail).toContain('ended first');
  });
});
