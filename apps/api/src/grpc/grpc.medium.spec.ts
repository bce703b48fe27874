import { fromJson, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import type { JobEvent } from '@framefold/domain';
import { event, happyLog, request } from '@framefold/domain/testing';
import {
  DryRunJobResponseSchema,
  FieldViolationSchema,
  fromProto,
  JobSchema,
  JobService,
  type SubmitJobRequestSchema,
  type WatchJobResponse,
} from '@framefold/proto';
import { createMetrics } from '@framefold/telemetry';
import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';
import { type JobClient, jobClient, refusalOf } from '../testing/job-client.ts';
import { GrpcServer } from './grpc-server.ts';

const UNKNOWN = '01936b2e-0000-7000-8000-000000000000';
const SUBMISSION = { request: { sourceUrl: 'https://media.example/a.mp4', userId: 'ada' } };

let world: ApiWithKeys;
let grpc: GrpcServer;
let url: string;
let acme: JobClient;
const metrics = createMetrics();

const clientWith = (key: string, more = {}): JobClient =>
  jobClient(url, { authorization: `Bearer ${key}`, ...more });

beforeAll(async () => {
  world = await startApiWithKeys();
  const { app, config } = world.api;
  grpc = new GrpcServer({ app, config, metrics }, undefined);
  await grpc.listen(0, '127.0.0.1');
  const address = grpc.server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  acme = clientWith(await world.keyOf('acme'));
});
afterAll(async () => {
  await Promise.all([grpc?.close(), world?.close()]);
});

const logOf = (tenantId: string): JobEvent[] =>
  happyLog().map((one) => ({
    ...one,
    at: world.api.now,
    ...(one.type === 'JobSubmitted' ? { data: { request: request(), tenantId } } : {}),
  })) as JobEvent[];
const jobOf = (tenantId: string, events = logOf(tenantId)): Promise<string> => world.api.jobWith(events);

/** Every call, for a job. */
const CALLS: { readonly [name in keyof JobClient]: (client: JobClient, jobId: string) => Promise<unknown> } =
  {
    submitJob: (client) => client.submitJob(SUBMISSION),
    dryRunJob: (client) => client.dryRunJob(SUBMISSION),
    getJob: (client, jobId) => client.getJob({ jobId }),
    listJobs: (client) => client.listJobs({}),
    watchJob: async (client, jobId) => {
      for await (const _ of client.watchJob({ jobId })) break;
    },
    cancelJob: (client, jobId) => client.cancelJob({ jobId }),
    pauseJob: (client, jobId) => client.pauseJob({ jobId }),
    resumeJob: (client, jobId) => client.resumeJob({ jobId }),
    setJobPriority: (client, jobId) => client.setJobPriority({ jobId, priority: 5 }),
    retryJob: (client, jobId) => client.retryJob({ jobId }),
    redoRendition: (client, jobId) => client.redoRendition({ jobId, rendition: '480p' }),
  };
const NAMES = Object.keys(JobService.method) as (keyof JobClient)[];
const WITHOUT_ID = ['submitJob', 'dryRunJob', 'listJobs'];

describe('SubmitJob', () => {
  const submit = (message: MessageInitShape<typeof SubmitJobRequestSchema>) => acme.submitJob(message);

  it('starts what HTTP would, with the same defaults, and once for a key', async () => {
    const ladder = fromJson(ValueSchema, [{ name: 'small', shortSide: 240, maxrateKbps: 400 }]);
    const fields = { ...SUBMISSION.request, labels: ['a'], metadata: { order: '7' } };
    const message = { request: { ...fields, ladder }, idempotencyKey: 'k1' };
    const { jobId, status } = await submit(message);
    expect(status).toBe('pending');
    expect((await submit(message)).jobId).toBe(jobId);
    const body = { ...fields, ladder: [{ name: 'small', shortSide: 240, maxrateKbps: 400 }] };
    const key = await world.keyOf('acme');
    const over = await world.send(key, 'POST', '/api/transcode', body, { 'idempotency-key': 'k1' });
    expect(over.json).toEqual({ jobId, status: 'pending' });
    expect(world.api.temporal.started.filter((one) => one.jobId === jobId)).toHaveLength(1);
  });

  it.each([
    [{}, ['sourceUrl']],
    [{ request: { sourceUrl: 'ftp://a/b' } }, ['sourceUrl']],
    [
      { request: { ...SUBMISSION.request, priority: 10, segmentSeconds: 99 } },
      ['priority', 'segmentSeconds'],
    ],
    [
      { request: { ...SUBMISSION.request, ladder: fromJson(ValueSchema, [{ name: 'A', shortSide: 240 }]) } },
      ['ladder.0.name', 'ladder.0.maxrateKbps'],
    ],
    [{ request: { ...SUBMISSION.request, ladder: { kind: { case: undefined } } } }, ['']],
    [{ request: { ...SUBMISSION.request, segmentSeconds: NaN } }, ['segmentSeconds']],
    [{ ...SUBMISSION, idempotencyKey: 'a b' }, ['idempotencyKey']],
    [{ ...SUBMISSION, idempotencyKey: '' }, ['idempotencyKey']],
  ])('refuses %j and names the fields', async (message, paths) => {
    const { status, problem } = await refusalOf(submit(message));
    expect([status, problem?.code]).toEqual(['InvalidArgument', 'VALIDATION_FAILED']);
    expect(problem?.errors.map(({ path }) => path)).toEqual(paths);
    expect(problem?.hint).toContain('fields');
  });

  it.each([
    [{ priority: 10 }, undefined],
    [{ startSeconds: 5, endSeconds: 3 }, true],
  ])('names fields as HTTP does, and whether a rule refuses them: %j', async (more, rule) => {
    const fields = { ...SUBMISSION.request, ...more };
    const { problem } = await refusalOf(submit({ request: fields }));
    const { json } = await world.send(await world.keyOf('acme'), 'POST', '/api/transcode', fields);
    const errors = problem?.errors.map((error) => toJson(FieldViolationSchema, error));
    expect(errors).toEqual(json.errors);
    expect(problem?.errors.map((error) => error.rule)).toEqual([rule]);
  });

  it('refuses a key of another request, a priority above the ceiling, a used up quota', async () => {
    await submit({ ...SUBMISSION, idempotencyKey: 'k2' });
    const other = { request: { ...SUBMISSION.request, title: 'b' }, idempotencyKey: 'k2' };
    expect(await refusalOf(submit(other))).toMatchObject({
      status: 'FailedPrecondition',
      problem: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    const urgent = { request: { ...SUBMISSION.request, priority: 1 } };
    expect(await refusalOf(submit(urgent))).toMatchObject({
      status: 'PermissionDenied',
      problem: { code: 'PRIORITY_NOT_GRANTED', errors: [{ path: 'priority' }] },
    });
    const small = clientWith(await world.keyOf('small'));
    await world.setTenant('small', { quotas: { concurrentJobs: 1 } });
    world.api.now += 60_000;
    await small.submitJob(SUBMISSION);
    expect(await refusalOf(small.submitJob(SUBMISSION))).toMatchObject({
      status: 'ResourceExhausted',
      problem: { code: 'QUOTA_EXCEEDED', members: { quota: 'concurrentJobs', limit: 1 } },
    });
  });
});

describe('DryRunJob', () => {
  it('tells what HTTP does', async () => {
    world.api.temporal.dryRunResult = { log: logOf('acme').slice(0, 9) };
    const told = await acme.dryRunJob(SUBMISSION);
    const key = await world.keyOf('acme');
    const { json } = await world.send(key, 'POST', '/api/transcode?validateOnly=true', SUBMISSION.request);
    expect(toJson(DryRunJobResponseSchema, told, { alwaysEmitImplicit: true })).toMatchObject(json);
    expect(json).toMatchObject({ valid: true, plan: { chunks: 5 } });
    world.api.temporal.dryRunResult = undefined;
    expect(await refusalOf(acme.dryRunJob(SUBMISSION))).toMatchObject({
      // Not what the client's own deadline is told by.
      status: 'Unavailable',
      problem: { code: 'DRY_RUN_PENDING', hint: expect.stringContaining('again') },
    });
  });
});

describe('GetJob and ListJobs', () => {
  it('tell what HTTP does, field by field', async () => {
    const key = await world.keyOf('readers');
    const client = clientWith(key);
    const jobId = await jobOf('readers');
    const { job } = await client.getJob({ jobId });
    const { json } = await world.send(key, 'GET', `/api/jobs/${jobId}`);
    expect(toJson(JobSchema, job!, { alwaysEmitImplicit: true })).toMatchObject(json);
    const { jobs } = await client.listJobs({});
    const listed = (await world.send(key, 'GET', '/api/jobs')).json;
    expect(jobs.map((one) => toJson(JobSchema, one, { alwaysEmitImplicit: true }))).toMatchObject(
      listed.jobs,
    );
  });

  it('page and filter', async () => {
    const client = clientWith(await world.keyOf('pages'));
    const ids = [
      await jobOf('pages'),
      await jobOf('pages'),
      await jobOf('pages', logOf('pages').slice(0, 3)),
    ];
    const first = await client.listJobs({ limit: 2 });
    const second = await client.listJobs({ limit: 2, cursor: first.nextCursor! });
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual(ids.reverse());
    expect(second.nextCursor).toBeUndefined();
    const running = await client.listJobs({ status: ['probing', 'failed'] });
    expect(running.jobs.map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect(await refusalOf(client.listJobs({ limit: 201, status: ['done'] }))).toMatchObject({
      problem: { code: 'VALIDATION_FAILED', errors: [{ path: 'status' }, { path: 'limit' }] },
    });
  });
});

describe('WatchJob', () => {
  const watch = async (jobId: string, afterPosition?: number): Promise<WatchJobResponse[]> => {
    const messages: WatchJobResponse[] = [];
    const asked = afterPosition === undefined ? { jobId } : { jobId, afterPosition };
    for await (const message of acme.watchJob(asked)) messages.push(message);
    return messages;
  };
  const eventsOf = (messages: readonly WatchJobResponse[]) =>
    messages.flatMap(({ message }) => (message.case === 'event' ? [fromProto(message.value)] : []));

  it('tells the log of an ended job from any position on, then its end', async () => {
    const jobId = await jobOf('acme');
    const all = await watch(jobId);
    expect(eventsOf(all).map((recorded) => recorded.event)).toEqual(logOf('acme'));
    expect(all.at(-1)?.message).toMatchObject({ case: 'end', value: { status: 'completed' } });
    const { length } = logOf('acme');
    for (const position of [0, 5, length - 2]) {
      expect(eventsOf(await watch(jobId, position))).toEqual(eventsOf(all).slice(position + 1));
    }
    expect((await watch(jobId, length - 1)).map(({ message }) => message.case)).toEqual(['end']);
  });

  it('goes on live, with progress, and misses and repeats nothing when it is taken up again', async () => {
    const log = logOf('acme');
    const jobId = await jobOf('acme', log.slice(0, 9));
    const seen: number[] = [];
    let progress = 0;
    for await (const { message } of acme.watchJob({ jobId })) {
      if (message.case === 'event') seen.push(message.value.position);
      if (message.case === 'progress') {
        expect(message.value).toMatchObject({ status: 'transcoding', progress: { total: 11 } });
        progress += 1;
        break;
      }
    }
    await world.api.catalogue.append(
      log.slice(9).map((one, index) => ({ jobId, stream: 'job', sequence: 9 + index, event: one })),
    );
    const rest = await watch(jobId, seen.at(-1));
    seen.push(...eventsOf(rest).map(({ position }) => position));
    expect(seen).toEqual(log.map((_, position) => position));
    expect([progress, rest.at(-1)?.message.case]).toEqual([1, 'end']);
  });

  it('ends when the key is revoked', async () => {
    const jobId = await jobOf('watched', logOf('watched').slice(0, 9));
    const key = await world.keyOf('watched');
    const watched = async (): Promise<void> => {
      for await (const { message } of clientWith(key).watchJob({ jobId })) {
        if (message.case === 'progress')
          await world.send(
            await world.keyOf('watched', ['admin']),
            'DELETE',
            `/api/keys/${key.split('_')[1]}`,
          );
      }
    };
    expect(await refusalOf(watched())).toMatchObject({
      status: 'Unauthenticated',
      problem: { code: 'KEY_INVALID' },
    });
  });

  it('ends when the client has enough, at its deadline, and at once for a job that is not there', async () => {
    const jobId = await jobOf('acme', logOf('acme').slice(0, 9));
    const abort = new AbortController();
    const left = refusalOf(acme.watchJob({ jobId }, { signal: abort.signal }));
    abort.abort();
    expect(await left).toMatchObject({ status: 'Canceled' });
    expect(await refusalOf(acme.watchJob({ jobId }, { timeoutMs: 300 }))).toMatchObject({
      status: 'DeadlineExceeded',
    });
    expect(await refusalOf(acme.watchJob({ jobId: 'x' }))).toMatchObject({
      status: 'NotFound',
      problem: { code: 'JOB_NOT_FOUND' },
    });
  });
});

describe('calls that steer a job', () => {
  it.each([
    ['pauseJob', { update: 'pause' }],
    ['resumeJob', { update: 'resume' }],
    ['setJobPriority', { update: 'changePriority', value: 5 }],
    ['redoRendition', { update: 'redoRendition', value: '480p' }],
  ] as const)('%s has its workflow do it', async (name, control) => {
    const jobId = await jobOf('acme', logOf('acme').slice(0, 9));
    expect(await CALLS[name](acme, jobId)).toMatchObject({ status: 'transcoding', paused: false });
    expect(world.api.temporal.controls).toContainEqual([jobId, control]);
  });

  it('cancel, run again, and say what is in the way', async () => {
    const log = logOf('acme');
    const jobId = await jobOf('acme', log.slice(0, 9));
    world.api.temporal.onCancel = async () => {
      const cancelled = event('JobCancelled', world.api.now, { reason: 'asked' });
      await world.api.catalogue.append([{ jobId, stream: 'job', sequence: 9, event: cancelled }]);
      return 'ended';
    };
    expect(await acme.cancelJob({ jobId })).toMatchObject({ status: 'cancelled' });
    expect(await acme.cancelJob({ jobId })).toMatchObject({ status: 'cancelled' });
    expect(await refusalOf(acme.pauseJob({ jobId }))).toMatchObject({
      status: 'FailedPrecondition',
      problem: { code: 'JOB_ENDED' },
    });
    expect(await refusalOf(acme.retryJob({ jobId }))).toMatchObject({
      status: 'FailedPrecondition',
      problem: { code: 'JOB_NOT_FAILED', members: { status: 'cancelled' } },
    });
    expect(await refusalOf(acme.setJobPriority({ jobId, priority: 0 }))).toMatchObject({
      status: 'InvalidArgument',
      problem: { errors: [{ path: 'priority' }] },
    });
  });

  it('say so when Temporal fails, and tell nothing of what nobody foresaw', async () => {
    const jobId = await jobOf('acme', logOf('acme').slice(0, 9));
    world.api.temporal.failure = new Error('a secret');
    const refused = await refusalOf(acme.pauseJob({ jobId })).finally(
      () => (world.api.temporal.failure = undefined),
    );
    expect(refused).toMatchObject({ status: 'Internal', problem: { code: 'INTERNAL' } });
    expect(JSON.stringify(refused)).not.toContain('secret');
  });
});

describe('who may call', () => {
  it.each(NAMES)('%s: nobody without a key that allows it', async (name) => {
    const jobId = await jobOf('acme');
    const refused = async (client: JobClient) => {
      const { status, problem } = await refusalOf(CALLS[name](client, jobId));
      return [status, problem?.code];
    };
    expect(await refused(jobClient(url))).toEqual(['Unauthenticated', 'KEY_REQUIRED']);
    expect(await refused(clientWith('ff_x'))).toEqual(['Unauthenticated', 'KEY_INVALID']);
    const needs = /^(submit|dryRun)/.test(name)
      ? 'submit'
      : /^(get|list|watch)/.test(name)
        ? 'read'
        : 'operate';
    const others = (['submit', 'read', 'operate'] as const).filter((scope) => scope !== needs);
    const insufficient = clientWith(await world.keyOf('acme', others));
    expect(await refused(insufficient)).toEqual(['PermissionDenied', 'SCOPE_MISSING']);
  });

  it.each(NAMES.filter((name) => !WITHOUT_ID.includes(name)))(
    "%s: another tenant's job is as one that is not there",
    async (name) => {
      const rival = clientWith(await world.keyOf('rival'));
      const jobId = await jobOf('acme');
      const [theirs, nobodys] = [
        await refusalOf(CALLS[name](rival, jobId)),
        await refusalOf(CALLS[name](rival, UNKNOWN)),
      ];
      expect([theirs.status, theirs.problem?.code]).toEqual(['NotFound', 'JOB_NOT_FOUND']);
      expect(theirs.message.replace(jobId, UNKNOWN)).toBe(nobodys.message);
      expect(theirs.problem).toEqual(nobodys.problem);
    },
  );

  it('an operator may name the tenant; others know none but their own', async () => {
    const jobId = await jobOf('acme');
    const admin = await world.keyOf('default', ['admin']);
    const { job } = await clientWith(admin, { 'framefold-tenant': 'acme' }).getJob({ jobId });
    expect(job).toMatchObject({ id: jobId, tenantId: 'acme' });
    const nosy = clientWith(await world.keyOf('rival'), { 'framefold-tenant': 'acme' });
    expect(await refusalOf(nosy.getJob({ jobId }))).toMatchObject({
      status: 'NotFound',
      problem: { code: 'TENANT_NOT_FOUND' },
    });
  });
});

it('counts calls by what they were answered', async () => {
  const text = await metrics.registry.metrics();
  const lines = text.split('\n').filter((line) => line.startsWith('framefold_http_requests_total{'));
  for (const status of [200, 401, 403, 404])
    expect(lines).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `method="gRPC",route="/framefold\\.v1\\.JobService/GetJob",status="${status}"[^}]*} [1-9]`,
        ),
      ),
    );
});
