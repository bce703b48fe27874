import { createHash } from 'node:crypto';
import { CodedError, storeKeys, type WorkerReport } from '@framefold/domain';
import { event, EXAMPLES, example, happyLog, request, workerReport } from '@framefold/domain/testing';
import { ProblemError } from '../problem/problem-error.ts';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

const BODY = {
  sourceUrl: 'https://media.example/films/a%20walk.mp4',
  userId: 'ada',
  priority: 'high',
  labels: ['day'],
};
const UNKNOWN = '01936b2e-0000-7000-8000-000000000000';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
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
    expect(api.temporal.started).toEqual([
      { jobId, request: expected, tenantId: 'default', submittedAt: api.now },
    ]);
    expect(api.temporal.weights).toEqual([1]);
    expect(await api.catalogue.events(jobId)).toMatchObject([
      {
        stream: 'job',
        sequence: 0,
        event: { type: 'JobSubmitted', at: api.now, data: { request: expected, tenantId: 'default' } },
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

  it('knows a key by what the body says, so that further defaults of a later version change nothing', async () => {
    const said = { labels: ['day'], priority: 3, sourceUrl: BODY.sourceUrl, userId: 'ada' };
    await api.catalogue.claimKey('k', UNKNOWN, sha256(JSON.stringify(said)));
    expect((await post(BODY, { 'Idempotency-Key': 'k' })).json.jobId).toBe(UNKNOWN);
  });

  it('knows a key that was first used with a version that put the defaults in', async () => {
    const whole = request({ ...BODY, priority: 3 });
    await api.catalogue.claimKey('k', UNKNOWN, sha256(JSON.stringify(whole)));
    expect((await post(BODY, { 'Idempotency-Key': 'k' })).json.jobId).toBe(UNKNOWN);
    const other = await post({ ...BODY, priority: 9 }, { 'Idempotency-Key': 'k' });
    expect(other).toMatchObject({ status: 409 });
  });

  it('starts one job for many requests with one key at once, and does not ask Temporal for each', async () => {
    let asked = 0;
    const start = api.temporal.startJob.bind(api.temporal);
    api.temporal.startJob = async (input, weight) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await start(input, weight);
    };
    const key = { 'Idempotency-Key': 'k' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(BODY, key)));
    expect(new Set(answers.map(({ json }) => json.jobId)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(asked).toBeLessThan(answers.length);
    expect(api.temporal.started).toHaveLength(1);
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
    ['?status=running', 'status'],
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

describe('a job that waits', () => {
  const slots = { 'framefold-encode-cpu': 2, 'framefold-media': 4 };
  const TAKES = { slots, queues: Object.keys(slots) };
  const waiting = happyLog().slice(0, 9);
  const worker = (fields: Partial<WorkerReport> = {}) => {
    const report = workerReport({ ...TAKES, lastHeartbeat: api.now, ...fields });
    return api.store.put(storeKeys.worker(report.id), JSON.stringify(report));
  };
  const read = async (jobId: string) => (await api.send('GET', `/api/jobs/${jobId}`)).json;
  const idle = async (log: Parameters<typeof api.jobWith>[0]): Promise<string> => {
    const jobId = await api.jobWith(log);
    await api.catalogue.setLive(jobId, []);
    return jobId;
  };

  it('knows its place in the queue, and when it should be ready', async () => {
    await worker();
    const [first, second] = [await idle(waiting), await idle(waiting)];
    const ahead = await read(first);
    expect(ahead).toMatchObject({
      queue: { jobsAhead: 0, encodeSecondsAhead: 0, startsAt: api.now },
      waitingFor: 'an encode worker with a free slot',
      progress: { eta: expect.any(Number) },
    });
    const job = await read(second);
    expect(job).toMatchObject({
      queue: { jobsAhead: 1 },
      waitingFor: 'its turn: about 1 job is before it in the queue',
    });
    expect(job.progress.eta).toBeGreaterThan(ahead.progress.eta);
  });

  it.each([
    [[], 'pending', 'a media worker: none polls framefold-media'],
    [waiting.slice(0, 2), 'probing', 'a media worker: none polls framefold-media'],
    [waiting, 'transcoding', 'an encode worker: none polls framefold-encode-cpu'],
  ])('says what is missing (case %#)', async (log, status, waitingFor) => {
    const job = await read(await idle(log.length === 0 ? [submitted()] : log));
    expect(job).toMatchObject({ status, waitingFor });
    expect(job.queue).not.toHaveProperty('startsAt');
    expect(job.progress).not.toHaveProperty('eta');
  });

  it('has no place in the queue of encoders when it is merged', async () => {
    await worker();
    await api.jobWith(waiting);
    const merging = happyLog().slice(0, happyLog().findIndex(({ type }) => type === 'MergingStarted') + 1);
    const job = await read(await idle(merging));
    expect(job).toMatchObject({ status: 'merging', waitingFor: 'a media worker with a free slot' });
    expect(job).not.toHaveProperty('queue');
  });

  it('is told from one that is paused, runs or has ended', async () => {
    const paused = event('JobPaused', 2_000_000, EXAMPLES.JobPaused);
    const running = await api.jobWith(waiting);
    await api.catalogue.setLive(running, [
      { unit: 'chunk-00000', workerId: 'w', temporalAttempt: 1, framesDone: 1, speed: 1 },
    ]);
    for (const jobId of [await api.jobWith([...waiting, paused]), running, await api.completeJob({})])
      expect(await read(jobId)).not.toHaveProperty('queue');
  });
});

describe('POST /api/transcode?validateOnly=true', () => {
  const post = (body: unknown, query = '?validateOnly=true') =>
    api.send('POST', `/api/transcode${query}`, { body });
  const planned = happyLog().slice(0, 9);

  it('answers what the job would be, and starts none', async () => {
    api.temporal.dryRunResult = { log: planned };
    const answer = await post(BODY);
    expect(answer).toMatchObject({
      status: 200,
      json: { valid: true, plan: { chunks: 5 }, estimate: { basedOn: 0, encodeSeconds: expect.any(Number) } },
    });
    expect(answer.json).not.toHaveProperty('failure');
    expect(api.temporal.started).toEqual([]);
    expect((await api.send('GET', '/api/jobs')).json.jobs).toEqual([]);
  });

  it('goes by what finished jobs took and gave', async () => {
    await api.completeJob({});
    api.temporal.dryRunResult = { log: planned };
    expect((await post(BODY)).json.estimate).toMatchObject({ basedOn: 1 });
  });

  it('says why the job would fail', async () => {
    const log = [...happyLog().slice(0, 2), event('JobFailed', 1_000_001, EXAMPLES.JobFailed)];
    api.temporal.dryRunResult = { log };
    const { status, json } = await post(BODY);
    expect(status).toBe(200);
    expect(json).toMatchObject({ valid: false, failure: { code: EXAMPLES.JobFailed.failure.code } });
    expect(json).not.toHaveProperty('estimate');
  });

  it('is the same dry run for the same request, and asks to come again while it goes on', async () => {
    const answers = [await post(BODY), await post(BODY), await post({ ...BODY, priority: 9 })];
    for (const answer of answers) expect(answer).toMatchObject({ status: 202, json: { status: 'planning' } });
    const [first, second, other] = api.temporal.dryRuns;
    expect(first?.id).toMatch(/^dry-run-[0-9a-f]{32}$/);
    expect(second?.id).toBe(first?.id);
    expect(other?.id).not.toBe(first?.id);
  });

  it('takes four of a tenant at a time, and those again that go on', async () => {
    for (let priority = 1; priority <= 4; priority += 1)
      expect((await post({ ...BODY, priority })).status).toBe(202);
    expect(await post({ ...BODY, priority: 5 })).toMatchObject({
      status: 429,
      json: { code: 'DRY_RUNS_EXCEEDED' },
    });
    api.temporal.dryRunResult = { log: planned };
    expect((await post({ ...BODY, priority: 1 })).status).toBe(200);
    api.temporal.dryRunResult = undefined;
    expect((await post({ ...BODY, priority: 5 })).status).toBe(202);
    expect((await post({ ...BODY, priority: 6 })).status).toBe(429);
    // Nobody asks for it again, and its place is free all the same.
    api.temporal.dryRunsGoingOn.get(api.temporal.dryRuns[1]!.id)!();
    expect((await post({ ...BODY, priority: 6 })).status).toBe(202);
    expect((await post({ ...BODY, priority: 7 })).status).toBe(429);
  });

  it('refuses what a submission would refuse', async () => {
    expect((await post({ ...BODY, segmentSeconds: 99 })).status).toBe(400);
    expect((await post(BODY, '?validateOnly=maybe')).status).toBe(400);
    const headers = { 'Idempotency-Key': 'with space' };
    const badKey = await api.send('POST', '/api/transcode?validateOnly=true', { body: BODY, headers });
    expect(badKey).toMatchObject({ status: 400, json: { errors: [{ path: 'Idempotency-Key' }] } });
    const upload = { ...BODY, sourceUrl: `upload://${'0'.repeat(32)}` };
    expect((await post(upload)).json.code).toBe('UPLOAD_NOT_USABLE');
    expect(api.temporal.dryRuns).toEqual([]);
  });

  it('is a submission where it is false', async () => {
    expect((await post(BODY, '?validateOnly=false')).status).toBe(201);
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

  it('says so again to who has lost the answer', async () => {
    const jobId = await api.jobWith([submitted(), cancelled]);
    expect(await api.send('DELETE', `/api/jobs/${jobId}`)).toMatchObject({
      status: 200,
      json: { status: 'cancelled' },
    });
  });

  it('says so when it takes longer', async () => {
    const jobId = await api.jobWith([submitted()]);
    api.temporal.onCancel = async () => 'still-running';
    const answer = await api.send('DELETE', `/api/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 202, json: { status: 'cancelling' } });
    expect(answer.headers).toHaveProperty('retry-after');
  });

  it.each([
    ['completed', happyLog()],
    ['failed', [submitted(), event('JobFailed', 1_000_001, EXAMPLES.JobFailed)]],
  ])('answers 409 for a job that is %s', async (state, log) => {
    const jobId = await api.jobWith(log);
    const answer = await api.send('DELETE', `/api/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 409, json: { code: 'JOB_ENDED' } });
    expect(answer.json.detail).toContain(state);
  });

  it('ends no job of which another run has begun meanwhile', async () => {
    const jobId = await api.jobWith(happyLog().slice(0, -1));
    api.temporal.onCancel = async () => 'ended';
    api.temporal.histories.set(jobId, { running: true, log: [] });
    const answer = await api.send('DELETE', `/api/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 202, json: { status: 'cancelling' } });
    expect((await api.send('GET', `/api/jobs/${jobId}`)).json.status).toBe('merging');
  });

  it('makes up for the record of such a job that could not be written', async () => {
    const jobId = await api.jobWith(happyLog().slice(0, -1));
    const put = api.store.put.bind(api.store);
    api.store.put = () => Promise.reject(new CodedError('STORE_FULL', 'Full.'));
    expect((await api.send('DELETE', `/api/jobs/${jobId}`)).status).toBe(503);
    api.store.put = put;
    expect((await api.send('DELETE', `/api/jobs/${jobId}`)).status).toBe(200);
    expect(String(await api.store.get(storeKeys.eventLog(jobId)))).toContain('"JobCancelled"');
  });

  it('ends a job whose workflow is gone, where the catalogue is restored from, too', async () => {
    const jobId = await api.jobWith(happyLog().slice(0, -1));
    expect(await api.send('DELETE', `/api/jobs/${jobId}`)).toMatchObject({
      status: 200,
      json: { status: 'cancelled' },
    });
    expect((await api.send('GET', `/api/jobs/${jobId}`)).json.status).toBe('cancelled');
    expect(String(await api.store.get(storeKeys.eventLog(jobId)))).toContain('"JobCancelled"');
  });

  it('answers 409 when the job completed first', async () => {
    const jobId = await api.jobWith(happyLog().slice(0, -1));
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
