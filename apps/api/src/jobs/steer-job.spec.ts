import { example, happyLog } from '@framefold/domain/testing';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
let running: string;
beforeEach(async () => {
  api = await startApi();
  running = await api.jobWith(happyLog().slice(0, 10));
});
afterEach(() => api.close());

describe('calls that steer a running job', () => {
  it.each([
    ['POST', '/pause', undefined, { update: 'pause' }],
    ['POST', '/resume', undefined, { update: 'resume' }],
    ['PATCH', '', { priority: 'high' }, { update: 'changePriority', value: 3 }],
    ['POST', '/renditions/480p/redo', undefined, { update: 'redoRendition', value: '480p' }],
  ])(
    '%s ...%s has its workflow do it and answers how the job stands',
    async (method, path, body, control) => {
      api.temporal.controlOutcome = { answer: { status: 'transcoding', paused: true } };
      const answer = await api.send(method, `/api/jobs/${running}${path}`, { body });
      expect([answer.status, answer.json]).toEqual([200, { status: 'transcoding', paused: true }]);
      expect(api.temporal.controls).toEqual([[running, control]]);
    },
  );

  it.each([
    ['JOB_ENDED', 409],
    ['JOB_NOT_TRANSCODING', 409],
    ['RENDITION_NOT_FOUND', 404],
    ['SOMETHING_ELSE', 500],
  ])('say what the workflow refuses: %s', async (refusal, status) => {
    api.temporal.controlOutcome = { refusal, reason: 'For a reason.' };
    const answer = await api.send('POST', `/api/jobs/${running}/renditions/x/redo`);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      code: status === 500 ? 'INTERNAL' : refusal,
      error: 'For a reason.',
      status: 'transcoding',
    });
  });

  it('leave a job alone that has ended, and one that is not there', async () => {
    const ended = await api.jobWith(happyLog());
    expect((await api.send('POST', `/api/jobs/${ended}/pause`)).json).toMatchObject({
      code: 'JOB_ENDED',
      status: 'completed',
    });
    const unknown = await api.send('POST', '/api/jobs/01936b2e-0000-7000-8000-000000000000/pause');
    expect(unknown.status).toBe(404);
    expect(api.temporal.controls).toEqual([]);
  });

  it.each([{}, { priority: 0 }, { priority: 'soon' }, { priority: 3, state: 'failed' }])(
    'refuse %j as a change',
    async (body) => {
      const answer = await api.send('PATCH', `/api/jobs/${running}`, { body });
      expect([answer.status, answer.json.code]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );
});

describe('POST /api/jobs/:id/retry', () => {
  const failedLog = () => [...happyLog().slice(0, 10), example('JobFailed', 2_000_000)];

  it('starts another run of a failed job, which begins in its log where the last one ended', async () => {
    const failed = await api.jobWith(failedLog());
    const answer = await api.send('POST', `/api/jobs/${failed}/retry`);
    expect([answer.status, answer.json]).toEqual([200, { jobId: failed, status: 'pending' }]);
    expect(api.temporal.started).toMatchObject([{ jobId: failed, run: 1, submittedAt: api.now }]);
    expect((await api.catalogue.events(failed)).at(-1)).toMatchObject({
      stream: 'job-r1',
      sequence: 0,
      event: { type: 'JobSubmitted', data: { request: api.temporal.started[0]?.request } },
    });
    const job = (await api.send('GET', `/api/jobs/${failed}`)).json;
    expect(job).toMatchObject({ status: 'pending', createdAt: happyLog()[0]?.at });
    expect(job).not.toHaveProperty('failure');

    const events = [example('ProbingStarted', 3_000_000), example('JobFailed', 3_000_001)];
    await api.catalogue.append(
      events.map((event, index) => ({ jobId: failed, stream: 'job-r1', sequence: index + 1, event })),
    );
    api.temporal.started.length = 0;
    await api.send('POST', `/api/jobs/${failed}/retry`);
    expect(api.temporal.started).toMatchObject([{ jobId: failed, run: 2 }]);
  });

  it('keeps the priority and the redone renditions of the former runs', async () => {
    const [submitted, ...log] = failedLog();
    const steered = [example('PriorityChanged'), example('RenditionRestarted')];
    const failed = await api.jobWith([submitted!, ...steered, ...log]);
    const expected = [{ jobId: failed, run: 1, priority: 2, redone: { '480p': 1 } }];
    await api.send('POST', `/api/jobs/${failed}/retry`);
    expect(api.temporal.started).toMatchObject(expected);
    expect((await api.send('GET', `/api/jobs/${failed}`)).json).toMatchObject({ priority: 2 });
  });

  it('runs no job again that has not failed', async () => {
    for (const [log, status] of [
      [happyLog(), 'completed'],
      [happyLog().slice(0, 3), 'probing'],
    ] as const) {
      const jobId = await api.jobWith(log);
      const answer = await api.send('POST', `/api/jobs/${jobId}/retry`);
      expect([answer.status, answer.json.code, answer.json.status]).toEqual([409, 'JOB_NOT_FAILED', status]);
    }
    expect(api.temporal.started).toEqual([]);
  });
});
