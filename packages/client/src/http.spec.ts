import { FramefoldClient } from './framefold-client.ts';
import type { FramefoldError } from './framefold-error.ts';
import type { FramefoldOptions } from './http.ts';
import {
  type Answering,
  json,
  type ScriptedServer,
  silence,
  stall,
  startServer,
} from './testing/scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

async function clientOf(
  script: [Answering, ...Answering[]],
  options: Partial<FramefoldOptions> = {},
): Promise<FramefoldClient> {
  server = await startServer(...script);
  return new FramefoldClient({ baseUrl: server.url, ...options });
}

const problem = (code: string, more: object = {}) => ({ title: 'No', detail: 'It is so.', code, ...more });
const ok = json(200, { jobs: [] });
const rejection = (call: Promise<unknown>): Promise<FramefoldError> =>
  call.then(
    () => Promise.reject(new Error('The call did not reject.')),
    (error: unknown) => error as FramefoldError,
  );

describe('a call', () => {
  it('asks by path, query, key and JSON', async () => {
    const client = await clientOf([json(200, { status: 'transcoding', paused: false })], { apiKey: 'ff_1' });
    expect(await client.jobs.setPriority('a/b', 'high')).toEqual({ status: 'transcoding', paused: false });
    await client.jobs.page({ user: 'ann & bob', limit: 3, label: undefined });
    await client.jobs.redo('j', '720p');
    await client.jobs.validate({ sourceUrl: 'https://a.example/b' });
    expect(server.asked).toMatchObject([
      {
        method: 'PATCH',
        url: '/api/jobs/a%2Fb',
        headers: { authorization: 'Bearer ff_1', 'content-type': 'application/json' },
        body: '{"priority":"high"}',
      },
      { method: 'GET', url: '/api/jobs?user=ann+%26+bob&limit=3', body: '' },
      { method: 'POST', url: '/api/jobs/j/renditions/720p/redo', body: '' },
      {
        method: 'POST',
        url: '/api/transcode?validateOnly=true',
        body: '{"sourceUrl":"https://a.example/b"}',
      },
    ]);
    expect(server.asked[1]?.headers).not.toHaveProperty('content-type');
  });

  it('goes to a base URL with a path, and without a key shows none', async () => {
    const client = await clientOf([ok]);
    await new FramefoldClient({ baseUrl: `${client.baseUrl}/video/` }).jobs.page();
    expect(server.asked[0]?.url).toBe('/video/api/jobs');
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
  });

  it('makes any call of the description', async () => {
    const client = await clientOf([json(201, { id: 'acme' })]);
    expect(await client.call('post', '/api/tenants', { body: { id: 'acme' } })).toEqual({ id: 'acme' });
    await client.call('get', '/api/usage', { query: { tenant: 'acme' } });
    expect(server.asked).toMatchObject([
      { method: 'POST', url: '/api/tenants', body: '{"id":"acme"}' },
      { method: 'GET', url: '/api/usage?tenant=acme', body: '' },
    ]);
  });
});

describe('an error', () => {
  it.each<[string, Answering, object]>([
    [
      'has code, sentence, hint, fields and request id of the problem',
      json(
        400,
        problem('VALIDATION_FAILED', { hint: 'Look.', errors: [{ path: 'ladder.0', message: 'too big' }] }),
        { 'x-request-id': 'r-1' },
      ),
      {
        name: 'FramefoldError',
        code: 'VALIDATION_FAILED',
        message: 'It is so.',
        status: 400,
        hint: 'Look.',
        errors: [{ path: 'ladder.0', message: 'too big' }],
        requestId: 'r-1',
        isTransient: false,
      },
    ],
    [
      'without a code is named by its status',
      json(418, { title: 'Tea' }),
      { code: 'HTTP_418', message: 'Tea' },
    ],
    [
      'of a page of another program says so',
      (response) => response.writeHead(404).end('<h1>Not found</h1>'),
      { code: 'API_UNEXPECTED', status: 404, isTransient: false },
    ],
    [
      'tells of 200 that is not JSON',
      (response) => response.end('<h1>Welcome</h1>'),
      { code: 'API_UNEXPECTED', status: 200 },
    ],
    ['tells of a connection that breaks', silence, { code: 'API_UNREACHABLE', isTransient: true }],
    [
      'tells of a body that breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"id":');
        setTimeout(() => response.destroy(), 20);
      },
      { code: 'API_UNREACHABLE', isTransient: true },
    ],
    ['tells of a timeout', stall, { code: 'API_TIMEOUT', isTransient: true }],
    [
      'tells of a body that does not end in time',
      (response) => void response.writeHead(200).write('{'),
      { code: 'API_TIMEOUT', isTransient: true },
    ],
    ['of a used-up quota is not transient', json(429, problem('QUOTA_EXCEEDED')), { isTransient: false }],
  ])('%s', async (_, answering, expected) => {
    const client = await clientOf([answering], { patienceMs: 0, timeoutMs: 300 });
    expect(await rejection(client.jobs.get('j'))).toMatchObject(expected);
  });

  it('tells of a batch or a file whose answer breaks off, too', async () => {
    const client = await clientOf([
      (response) => {
        response.writeHead(201, { 'content-length': '100' }).write('{"id":');
        setTimeout(() => response.destroy(), 20);
      },
    ]);
    const code = 'API_UNREACHABLE';
    expect(await rejection(client.uploads.create(new Blob(['x']), 'a.mp4'))).toMatchObject({ code });
    const impatient = new FramefoldClient({ baseUrl: server.url, patienceMs: 0 });
    expect(await rejection(impatient.batches.submit({ jobs: [] }))).toMatchObject({ code });
  });

  it('names the reason where nobody listens', async () => {
    const client = await clientOf([ok], { patienceMs: 0 });
    await server.close();
    const { message } = await rejection(client.jobs.get('j'));
    expect(message).toBe(`No API answers at ${server.url} (ECONNREFUSED).`);
  });
});

describe('a call that takes longer than a request may', () => {
  const cancelling = json(202, { status: 'cancelling' }, { 'retry-after': '1' });
  const cancelled = json(200, { status: 'cancelled' });
  const ended = json(409, problem('JOB_ENDED'));

  it('is made again until it is done', async () => {
    const client = await clientOf([cancelling, cancelled]);
    await client.jobs.cancel('j');
    expect(server.asked.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  });

  it.each<[string, [Answering, ...Answering[]]]>([
    ['completed between two calls', [cancelling, ended, json(200, { status: 'completed' })]],
    ['had ended before', [ended]],
  ])('says so of a job that %s', async (_, script) => {
    const client = await clientOf(script);
    expect(await rejection(client.jobs.cancel('j'))).toMatchObject({ code: 'JOB_ENDED' });
  });

  it('is made again for a dry run', async () => {
    const client = await clientOf([json(202, { status: 'planning' }), json(200, { valid: true })]);
    expect(await client.jobs.validate({ sourceUrl: 'https://a.example/b' })).toEqual({ valid: true });
  });

  it('is given up by its signal', async () => {
    const client = await clientOf([cancelling, cancelling, cancelling]);
    const stop = new AbortController();
    const waiting = client.jobs.cancel('j', { signal: stop.signal });
    while (server.asked.length === 0) await new Promise(setImmediate);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a call that may be repeated', () => {
  const busy = json(429, problem('RATE_LIMITED'), { 'retry-after': '0' });
  const away = json(503, problem('NOT_READY'), { 'retry-after': '0' });
  const done = json(201, { jobId: 'j', status: 'pending' });

  it.each<[string, Answering, (client: FramefoldClient) => Promise<unknown>]>([
    ['a read, after 429', busy, (client) => client.jobs.get('j')],
    ['a read, after 503', away, (client) => client.jobs.get('j')],
    ['a read, after a broken connection', silence, (client) => client.jobs.get('j')],
    ['cancelling', away, (client) => client.jobs.cancel('j')],
    ['pausing', away, (client) => client.jobs.pause('j')],
    ['a submission', silence, (client) => client.jobs.submit({ sourceUrl: 'https://a.example/b' })],
    ['a batch', silence, (client) => client.batches.submit({ jobs: [] })],
  ])('is repeated: %s', async (_, fault, call) => {
    const client = await clientOf([fault, fault, done]);
    await call(client);
    expect(server.asked).toHaveLength(3);
    expect(new Set(server.asked.map(({ body }) => body)).size).toBe(1);
    expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('has the same idempotency key in each try, and another one in the next call', async () => {
    const client = await clientOf([silence, done]);
    const request = { sourceUrl: 'https://a.example/b' };
    await client.jobs.submit(request);
    await client.jobs.submit(request);
    await client.jobs.submit(request, { idempotencyKey: 'mine' });
    const [first, again, second, third] = server.asked.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(again).toBe(first);
    expect(second).not.toBe(first);
    expect(third).toBe('mine');
  });

  it.each<[string, Answering, (client: FramefoldClient) => Promise<unknown>]>([
    ['a refusal', json(404, problem('JOB_NOT_FOUND')), (client) => client.jobs.get('j')],
    ['a used-up quota', json(429, problem('QUOTA_EXCEEDED')), (client) => client.jobs.get('j')],
    ['a wait that is too long', json(429, {}, { 'retry-after': '86400' }), (client) => client.jobs.get('j')],
    ['another run', away, (client) => client.jobs.retry('j')],
    ['a redo', away, (client) => client.jobs.redo('j', '720p')],
    ['sending again', away, (client) => client.webhooks.sendAgain('m')],
    ['a file', silence, (client) => client.uploads.create(new Blob(['x']), 'a.mp4')],
  ])('is not repeated: %s', async (_, fault, call) => {
    const client = await clientOf([fault]);
    await rejection(call(client));
    expect(server.asked).toHaveLength(1);
  });

  it('is given up when the patience is over', async () => {
    const client = await clientOf([away], { patienceMs: 1000 });
    expect(await rejection(client.jobs.get('j'))).toMatchObject({ code: 'NOT_READY', status: 503 });
    expect(server.asked.length).toBeGreaterThan(1);
  });
});

describe('a signal', () => {
  const reason = new Error('Enough.');

  it.each<[string, Answering]>([
    ['before the answer', stall],
    ['within the body', (response) => void response.writeHead(200).write('{')],
    ['between two tries', json(503, {}, { 'retry-after': '20' })],
  ])('ends a call %s, with its reason', async (_, answering) => {
    const client = await clientOf([answering]);
    const controller = new AbortController();
    const call = rejection(client.jobs.get('j', { signal: controller.signal }));
    while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    setTimeout(() => controller.abort(reason), 50);
    expect(await call).toBe(reason);
    expect(server.asked).toHaveLength(1);
  });

  it('that was given before lets nothing out', async () => {
    const client = await clientOf([ok]);
    expect(await rejection(client.jobs.get('j', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.asked).toEqual([]);
  });
});

describe('lists', () => {
  const page = (url: string): unknown => {
    const cursor = new URL(url, 'http://x').searchParams.get('cursor') ?? '0';
    const at = Number(cursor);
    const items = [{ id: `${at}a` }, { id: `${at}b` }];
    return { jobs: items, batches: items, ...(at < 2 ? { nextCursor: String(at + 1) } : {}) };
  };
  const pages: Answering = (response, { url }) => json(200, page(url))(response, server.asked[0]!);

  it.each(['jobs', 'batches'] as const)('of %s go over all pages, with the filter', async (kind) => {
    const client = await clientOf([pages]);
    const ids: string[] = [];
    for await (const { id } of client[kind].list({ limit: 2 })) ids.push(id);
    expect(ids).toEqual(['0a', '0b', '1a', '1b', '2a', '2b']);
    expect(server.asked.map(({ url }) => url)).toEqual([
      `/api/${kind}?limit=2`,
      `/api/${kind}?limit=2&cursor=1`,
      `/api/${kind}?limit=2&cursor=2`,
    ]);
  });

  it('read no page that nobody wants', async () => {
    const client = await clientOf([pages]);
    for await (const { id } of client.jobs.list()) if (id === '0b') break;
    expect(server.asked).toHaveLength(1);
  });
});

describe('manifests and files', () => {
  it('go as they are', async () => {
    const client = await clientOf([json(201, { batchId: 'b', jobs: 1, id: 'u', sourceUrl: 'upload://u' })]);
    const text = 'sourceUrl\nhttps://a.example/b\n';
    expect(await client.batches.submit({ type: 'text/csv', text })).toMatchObject({ batchId: 'b' });
    expect(await client.uploads.create(new Blob(['bytes']), 'a ü.mp4')).toMatchObject({
      sourceUrl: 'upload://u',
    });
    const [batch, upload] = server.asked;
    expect(batch).toMatchObject({ headers: { 'content-type': 'text/csv' }, body: text });
    expect(upload?.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(upload?.body).toContain('name="file"; filename="a ü.mp4"');
    expect(upload?.body).toContain('\r\n\r\nbytes\r\n');
  });
});
