import { CodedError } from '@framefold/domain';
import { event, EXAMPLES, example, happyLog, request } from '@framefold/domain/testing';
import { ProblemError } from '../problem/problem-error.ts';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

const BODY = {
  sourceUrl: 'https://media.example/films/a%20walk.mp4',
  userId: 'ada',
  priority: 'high',
  labels: ['day'],
};
const UNKNOWN = '01936b2e-0000-7000-8000-000000000000';
const submitted = (fields = {}) => event('JobSubmitted', 1_000_000, { request: request(fields) });

let api: ApiUnderTest;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

describe('POST /api/transcode', () => {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    api.send('POST', '/api/transcode', { body, headers });

  it('starts the job, records it and answers 201', async () => {
    const answer = await post(BODY);
    expect(answer.status).toBe(201);
    const { jobId } = answer.json;
    expect(answer.json).toEqual({ jobId, status: 'pending' });
    expect(jobId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const expected = { ...request({ userId: 'ada', priority: 3, labels: ['day'] }) };
    expect(api.temporal.started).toEqual([{ jobId, request: expected, submittedAt: api.now }]);
    expect(await api.catalogue.events(jobId)).toMatchObject([
      {
        stream: 'job',
        sequence: 0,
        event: { type: 'JobSubmitted', at: api.now, data: { request: expected } },
      },
    ]);
    expect((await api.send('GET', `/api/jobs/${jobId}`)).json).toMatchObject({
      id: jobId,
      status: 'pending',
      userId: 'ada',
    });
  });

  it('puts a scenario into ladder and source, and shows what was asked', async () => {
    const { json } = await post({ scenario: '720p30-h264', parameters: { duration: 4, bitrate: '1M' } });
    const expected = {
      scenario: '720p30-h264',
      parameters: { duration: 4, bitrate: 1000 },
      testSource: { width: 1280, height: 720, frameRate: 30, seconds: 4 },
      ladder: [{ name: '720p30-h264', averageKbps: 1000 }],
    };
    expect(api.temporal.started).toMatchObject([{ request: expected }]);
    expect((await api.send('GET', `/api/jobs/${json.jobId}`)).json).toMatchObject({
      title: '720p30-h264',
      request: expected,
    });
  });

  it('names the scenarios that there are to who asks for another', async () => {
    const { json } = await post({ scenario: '480i-h262' });
    expect(json.errors).toMatchObject([
      { path: 'scenario', message: expect.stringMatching(/720p30-h264.*4K60-h265/) },
    ]);
  });

  it('gives ids that sort by time', async () => {
    const ids: string[] = [];
    for (let job = 0; job < 3; job++) {
      api.now += 1;
      ids.push((await post(BODY)).json.jobId);
    }
    expect([...ids].sort()).toEqual(ids);
  });

  it('gives the same job for the same key and body, in whatever order its fields are', async () => {
    const first = await post(BODY, { 'Idempotency-Key': 'k' });
    const reordered = Object.fromEntries(Object.entries({ ...BODY, priority: 3 }).reverse());
    const second = await post(reordered, { 'Idempotency-Key': 'k' });
    expect(second.status).toBe(201);
    expect(second.json).toEqual(first.json);
    expect(api.temporal.started).toHaveLength(1);
    expect((await post(BODY)).json.jobId).not.toBe(first.json.jobId);
  });

  it('refuses the key for another body', async () => {
    await post(BODY, { 'Idempotency-Key': 'k' });
    const answer = await post({ ...BODY, priority: 9 }, { 'Idempotency-Key': 'k' });
    expect(answer).toMatchObject({ status: 409, json: { code: 'IDEMPOTENCY_KEY_REUSED', status: 409 } });
    expect(api.temporal.started).toHaveLength(1);
  });

  it('starts the job that the key is bound to when the first try came to nothing', async () => {
    api.temporal.failure = new ProblemError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.');
    expect((await post(BODY, { 'Idempotency-Key': 'k' })).json.code).toBe('TEMPORAL_UNAVAILABLE');
    api.temporal.failure = undefined;
    const ids = [await post(BODY, { 'Idempotency-Key': 'k' }), await post(BODY, { 'Idempotency-Key': 'k' })];
    expect(api.temporal.started.map(({ jobId }) => jobId)).toEqual([ids[0]!.json.jobId]);
    expect(ids[1]!.json.jobId).toBe(ids[0]!.json.jobId);
  });

  it('answers 201 when the job is started and only the catalogue failed: its workflow records it', async () => {
    const append = api.catalogue.append.bind(api.catalogue);
    api.catalogue.append = () => Promise.reject(new CodedError('CATALOGUE_UNAVAILABLE', 'down'));
    expect((await post(BODY)).status).toBe(201);
    api.catalogue.append = append;
    expect(api.temporal.started).toHaveLength(1);
  });

  it.each([
    [{}, ['sourceUrl']],
    [{ ...BODY, priority: 0 }, ['priority']],
    [{ ...BODY, sourceUrl: 'ftp://x/y', segmentSeconds: 99 }, ['sourceUrl', 'segmentSeconds']],
    [
      { ...BODY, resourceLimits: { timeoutSec: 0, colour: 1 } },
      ['resourceLimits.timeoutSec', 'resourceLimits.colour'],
    ],
    [{ ...BODY, colour: 'red' }, ['colour']],
    [{ ...BODY, scenario: '1080p-h264', ladder: 'hls-default' }, ['ladder']],
    [
      { scenario: '1080p-h264', parameters: { bitrate: 'much', duration: 0 } },
      ['parameters.duration', 'parameters.bitrate'],
    ],
    [{ ...BODY, parameters: { duration: 5 } }, ['parameters']],
    [[], ['']],
    [undefined, ['']],
  ])('refuses %j and names the fields', async (body, paths) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ code: 'VALIDATION_FAILED', instance: '/api/transcode', status: 400 });
    expect(answer.json.error).toBe(answer.json.detail);
    expect(answer.json.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect(api.temporal.started).toEqual([]);
  });

  it.each(['', 'with space', 'x'.repeat(256)])('refuses the key %j', async (key) => {
    const answer = await post(BODY, { 'Idempotency-Key': key });
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ path: 'Idempotency-Key' }] } });
  });

  it('refuses what is not JSON', async () => {
    expect(await post('{"sourceUrl":')).toMatchObject({ status: 400, json: { code: 'MALFORMED_JSON' } });
  });

  it('refuses a body of more than 1 MB', async () => {
    const answer = await post({ ...BODY, title: 'x'.repeat(1024 * 1024) });
    expect(answer).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE' } });
  });
});

describe('GET /api/jobs', () => {
  const list = async (query = '') => (await api.send('GET', `/api/jobs${query}`)).json;
  const ids = async (query: string): Promise<string[]> =>
    (await list(query)).jobs.map(({ id }: { id: string }) => id);

  it('lists the newest first, in pages', async () => {
    const made = [
      await api.jobWith([submitted()]),
      await api.jobWith([submitted()]),
      await api.jobWith(happyLog()),
    ];
    const first = await list('?limit=2');
    expect(first.jobs.map(({ id }: { id: string }) => id)).toEqual([made[2], made[1]]);
    expect(first.jobs[0]).toMatchObject({
      status: 'completed',
      title: 'A walk',
      links: { self: `/api/jobs/${made[2]!}` },
    });
    expect(first.jobs[0]).not.toHaveProperty('segments');
    const second = await list(`?limit=2&cursor=${first.nextCursor}`);
    expect(second.jobs.map(({ id }: { id: string }) => id)).toEqual([made[0]]);
    expect(second).not.toHaveProperty('nextCursor');
  });

  it('filters by states, user and label', async () => {
    const [a, b] = [
      await api.jobWith([submitted({ userId: 'ada', labels: ['day'] })]),
      await api.jobWith([submitted({ userId: 'bob' }), event('ProbingStarted', 1_000_001, {})]),
    ];
    expect(await ids('?user=ada')).toEqual([a]);
    expect(await ids('?label=day')).toEqual([a]);
    expect(await ids('?status=probing')).toEqual([b]);
    expect(await ids('?status=probing,pending')).toEqual([b, a]);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=many', 'limit'],
    ['?status=running', 'status.0'],
    ['?cursor=nonsense', 'cursor'],
    ['?colour=red', 'colour'],
  ])('refuses %s', async (query, path) => {
    expect(await list(query)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors: [{ path }] });
  });
});

describe('GET /api/jobs/:id', () => {
  it('shows the view of its log, what runs, and where else to look', async () => {
    const jobId = await api.jobWith(happyLog().slice(0, 10));
    const unit = { unit: 'chunk-00000', workerId: 'w', temporalAttempt: 1, framesDone: 72, speed: 1.5 };
    await api.catalogue.setLive(jobId, [unit]);
    const { json } = await api.send('GET', `/api/jobs/${jobId}`);
    expect(json).toMatchObject({
      id: jobId,
      status: 'transcoding',
      progress: { total: 11, completed: 2, running: 2 },
    });
    expect(json.links).toEqual({
      self: `/api/jobs/${jobId}`,
      manifest: `/api/jobs/${jobId}/manifest`,
      play: `/play/${jobId}`,
      temporal: `http://127.0.0.1:8082/namespaces/default/workflows/transcode-${jobId}`,
    });
  });

  it.each([UNKNOWN, 'x', '..%2f..', '%00'])('answers 404 for %s', async (jobId) => {
    const answer = await api.send('GET', `/api/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 404, json: { code: 'JOB_NOT_FOUND' } });
  });

  it('answers 503 while the catalogue is down', async () => {
    api.catalogue.failure = new CodedError('CATALOGUE_UNAVAILABLE', 'The catalogue does not answer.');
    const answer = await api.send('GET', `/api/jobs/${UNKNOWN}`);
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { code: 'CATALOGUE_UNAVAILABLE' },
    });
  });

  it('tells nothing about a fault of its own', async () => {
    api.catalogue.failure = new Error('password=hunter2');
    const answer = await api.send('GET', `/api/jobs/${UNKNOWN}`);
    expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL' } });
    expect(answer.text).not.toContain('hunter2');
  });
});

describe('GET /api/jobs/:id/manifest', () => {
  it('gives the master playlist with addresses that resolve', async () => {
    const master =
      '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="eng",URI="audio-eng/playlist.m3u8"\n720p/playlist.m3u8\n';
    const jobId = await api.completeJob({ 'master.m3u8': master, '720p/playlist.m3u8': '#EXTM3U\n' });
    const answer = await api.send('GET', `/api/jobs/${jobId}/manifest`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/vnd\.apple\.mpegurl/);
    expect(answer.text).toContain(`URI="/media/${jobId}/audio-eng/playlist.m3u8"`);
    const line = answer.text.split('\n')[2]!;
    expect((await api.send('GET', line)).text).toBe('#EXTM3U\n');
  });

  it('answers 409 with the status while the job is not complete', async () => {
    const jobId = await api.jobWith(happyLog().slice(0, 10));
    const answer = await api.send('GET', `/api/jobs/${jobId}/manifest`);
    expect(answer).toMatchObject({ status: 409, json: { code: 'JOB_NOT_COMPLETE', status: 'transcoding' } });
    expect(typeof answer.json.error).toBe('string');
  });

  it('answers 404 for an unknown job and for output that is gone', async () => {
    expect((await api.send('GET', `/api/jobs/${UNKNOWN}/manifest`)).json.code).toBe('JOB_NOT_FOUND');
    const jobId = await api.completeJob({});
    expect((await api.send('GET', `/api/jobs/${jobId}/manifest`)).json.code).toBe('FILE_NOT_FOUND');
  });
});

describe('DELETE /api/jobs/:id', () => {
  const cancelled = { ...example('JobCancelled', 2_000_000) };

  it('answers when the workflow has ended as cancelled', async () => {
    const jobId = await api.jobWith([submitted()]);
    api.temporal.onCancel = async () => {
      await api.catalogue.append([{ jobId, stream: 'job', sequence: 1, event: cancelled }]);
      return 'ended';
    };
    expect(await api.send('DELETE', `/api/jobs/${jobId}`)).toMatchObject({
      status: 200,
      json: { status: 'cancelled' },
    });
  });

  it('says so when it takes longer', async () => {
    const jobId = await api.jobWith([submitted()]);
    api.temporal.onCancel = async () => 'still-running';
    const answer = await api.send('DELETE', `/api/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 504, json: { code: 'CANCEL_PENDING' } });
  });

  it.each([
    ['completed', happyLog()],
    ['failed', [submitted(), event('JobFailed', 1_000_001, EXAMPLES.JobFailed)]],
    ['cancelled', [submitted(), cancelled]],
  ])('answers 409 for a job that is %s', async (state, log) => {
    const jobId = await api.jobWith(log);
    const answer = await api.send('DELETE', `/api/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 409, json: { code: 'JOB_ENDED' } });
    expect(answer.json.detail).toContain(state);
  });

  it('answers 409 when the job completed first, and when its workflow is gone', async () => {
    const jobId = await api.jobWith(happyLog().slice(0, -1));
    expect((await api.send('DELETE', `/api/jobs/${jobId}`)).json.code).toBe('JOB_ENDED');
    api.temporal.onCancel = async () => {
      await api.catalogue.append([{ jobId, stream: 'job', sequence: 99, event: happyLog().at(-1)! }]);
      return 'ended';
    };
    const answer = await api.send('DELETE', `/api/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 409, json: { code: 'JOB_ENDED' } });
    expect(answer.json.detail).toContain('completed');
  });

  it('answers 404 for an unknown job', async () => {
    expect((await api.send('DELETE', `/api/jobs/${UNKNOWN}`)).status).toBe(404);
  });
});
