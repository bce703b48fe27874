import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { type CallOptions, Code, ConnectError } from '@connectrpc/connect';
import { happyLog } from '@framefold/domain/testing';
import { WatchJobRequestSchema } from '@framefold/proto';
import { createMetrics, type Metrics } from '@framefold/telemetry';
import { generate } from 'selfsigned';
import { MOST_STREAMS } from '../jobs/open-streams.ts';
import { closeHttp } from '../start/close-http.ts';
import { loadTls } from '../start/tls-material.ts';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';
import { type JobClient, jobClient, refusalOf } from '../testing/job-client.ts';
import { openStream } from '../testing/open-stream.ts';
import { GrpcServer } from './grpc-server.ts';

let api: ApiUnderTest;
let grpc: GrpcServer;
let url: string;
let metrics: Metrics;

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  api = await startApi({ environment });
  const { app, config } = api;
  const { tls } = config.listen;
  const material = tls === undefined ? undefined : await loadTls(tls, config);
  metrics = createMetrics();
  grpc = new GrpcServer({ app, config, metrics }, material);
  await grpc.listen(0, '127.0.0.1');
  const address = grpc.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}
afterEach(() => Promise.all([grpc.close(), api.close()]));

/** Sends a request as it is and returns the headers and trailers of the answer, with whether nothing comes after them. */
const ask = async (
  headers: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<{ answer: IncomingHttpHeaders; trailers: IncomingHttpHeaders; isAll: boolean }> => {
  const session = connect(url);
  try {
    return await new Promise((resolve, reject) => {
      session.on('error', reject);
      let answer: IncomingHttpHeaders = {};
      let trailers: IncomingHttpHeaders = {};
      let isAll = false;
      session
        .request({ ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers', ...headers })
        .on('response', (begun, flags) => {
          answer = begun;
          isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
        })
        .on('trailers', (last) => (trailers = last))
        .on('error', reject)
        .on('close', () => resolve({ answer, trailers, isAll }))
        .resume()
        .end(body);
    });
  } finally {
    session.destroy();
  }
};

describe('the server', () => {
  it('needs no key where the HTTP API needs none', async () => {
    await start();
    expect(await jobClient(url).listJobs({})).toMatchObject({ jobs: [] });
    const wrong = await refusalOf(jobClient(url, { authorization: 'Bearer ff_x' }).listJobs({}));
    expect(wrong).toMatchObject({ status: 'Unauthenticated', problem: { code: 'KEY_INVALID' } });
  });

  it('shares the rate limit with HTTP, and says how long to wait', async () => {
    await start({ FRAMEFOLD_RATE_LIMIT: 'rate=1,burst=3' });
    const client = jobClient(url);
    expect((await api.send('GET', '/api/jobs')).status).toBe(200);
    let left: string | null = null;
    await client.listJobs({}, { onHeader: (headers) => (left = headers.get('ratelimit')) });
    expect(left).toBe('"client";r=1;t=2');
    await client.listJobs({});
    const refused = await refusalOf(client.listJobs({}));
    expect(refused).toMatchObject({ status: 'ResourceExhausted', problem: { code: 'RATE_LIMITED' } });
    expect(refused.metadata.get('retry-after')).toBe('1');
    expect((await api.send('GET', '/api/jobs')).status).toBe(429);
  });

  it('goes by the address that a declared proxy tells', async () => {
    const proxied = { FRAMEFOLD_PROXY: '127.0.0.1', FRAMEFOLD_KEYS: 'required' };
    await start({ ...proxied, FRAMEFOLD_RATE_LIMIT: 'rate=1,burst=1' });
    const codeFor = async (client: string) =>
      (await refusalOf(jobClient(url, { 'x-forwarded-for': client }).listJobs({}))).problem?.code;
    expect(await codeFor('198.51.100.7')).toBe('KEY_REQUIRED');
    expect(await codeFor('198.51.100.7')).toBe('RATE_LIMITED');
    expect(await codeFor('198.51.100.8')).toBe('KEY_REQUIRED');
  });

  describe('with TLS', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'framefold-grpc-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('answers those that have the certificate they must have', async () => {
      const EC = { keyType: 'ec', algorithm: 'sha256' } as const;
      const authority = await generate([{ name: 'commonName', value: 'authority' }], {
        ...EC,
        extensions: [
          { name: 'basicConstraints', cA: true },
          { name: 'keyUsage', keyCertSign: true },
        ],
      });
      const own = await generate([{ name: 'commonName', value: 'client' }], {
        ...EC,
        ca: { key: authority.private, cert: authority.cert },
        extensions: [{ name: 'extKeyUsage', clientAuth: true }],
      });
      await writeFile(join(folder, 'ca.pem'), authority.cert);
      await start({
        FRAMEFOLD_TLS_CERT: 'generated',
        FRAMEFOLD_TLS_CLIENT_CA: join(folder, 'ca.pem'),
      });
      const ca = await readFile(api.config.listen.tls?.certificateFile ?? '');
      const clientWith = (pair: object): JobClient => jobClient(url, {}, { nodeOptions: { ca, ...pair } });
      expect(await clientWith({ cert: own.cert, key: own.private }).listJobs({})).toMatchObject({ jobs: [] });
      expect(await refusalOf(clientWith({}).listJobs({}))).toMatchObject({
        status: 'PermissionDenied',
        problem: { code: 'CLIENT_CERTIFICATE_REQUIRED' },
      });
    });
  });

  it.each([
    [
      { ':path': '/framefold.v1.JobService/Nothing' },
      { answer: { ':status': 200, 'grpc-status': '12' }, isAll: true },
    ],
    [
      { ':path': '/framefold.v1.JobService/GetJob', ':authority': '[' },
      { answer: { 'grpc-status': '3' }, isAll: true },
    ],
    [
      { ':path': '/framefold.v1.JobService/GetJob', 'content-type': 'application/json' },
      { answer: { ':status': 415 } },
    ],
    [
      { ':path': '/framefold.v1.JobService/GetJob', 'content-type': 'application/grpc-web' },
      { answer: { ':status': 415 } },
    ],
    [{ ':path': '/framefold.v1.JobService/GetJob', ':method': 'GET' }, { answer: { ':status': 405 } }],
  ])('refuses what is no gRPC call of its own: %j', async (headers, expected) => {
    await start();
    expect(await ask(headers)).toMatchObject(expected);
  });

  it('takes no message of more than 1 MB', async () => {
    await start();
    const large = { request: { sourceUrl: 'https://a.example/b', title: 'x'.repeat(1024 ** 2) } };
    expect(await refusalOf(jobClient(url).submitJob(large))).toMatchObject({ status: 'ResourceExhausted' });
  });
});

/** A message as it is sent: not compressed, its length, its bytes. */
const framed = (bytes: Buffer): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
};
/** The statuses that calls were counted with, in their order; waits for the first. */
const counted = async (): Promise<unknown[]> => {
  for (;;) {
    const { values } = await metrics.httpRequests.get();
    if (values.length > 0) return values.map(({ labels }) => labels.status);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('what gRPC ends by itself', () => {
  const call = (name: string): { ':path': string } => ({ ':path': `/framefold.v1.JobService/${name}` });
  const noMessage = framed(Buffer.from([0xff]));
  it.each([
    ['a message that cannot be read', call('GetJob'), noMessage, Code.Internal, '500'],
    ['too large a message', call('GetJob'), framed(Buffer.alloc(2 ** 20 + 1)), Code.ResourceExhausted, '429'],
    ['no message', call('GetJob'), Buffer.alloc(0), Code.Unimplemented, '501'],
    ['a stream without one', call('WatchJob'), Buffer.alloc(0), Code.Unimplemented, '501'],
    [
      'an encoding that it has not',
      { ...call('GetJob'), 'grpc-encoding': 'x' },
      noMessage,
      Code.Unimplemented,
      '501',
    ],
  ])('has no problem and counts as no success: %s', async (_, headers, body, code, status) => {
    await start();
    const { answer, trailers } = await ask(headers, body);
    expect({ ...answer, ...trailers }).toMatchObject({ 'grpc-status': String(code) });
    expect({ ...answer, ...trailers }).not.toHaveProperty('grpc-status-details-bin');
    expect(await counted()).toEqual([status]);
  });

  it('is counted also at a deadline', async () => {
    await start();
    const jobId = await api.jobWith(happyLog().slice(0, 9));
    const watching = Buffer.from(toBinary(WatchJobRequestSchema, create(WatchJobRequestSchema, { jobId })));
    const { trailers } = await ask({ ...call('WatchJob'), 'grpc-timeout': '200m' }, framed(watching));
    expect(trailers).toMatchObject({ 'grpc-status': String(Code.DeadlineExceeded) });
    expect(await counted()).toEqual(['504']);
  });

  it('is counted also when the client has gone', async () => {
    await start();
    const jobId = await api.jobWith(happyLog().slice(0, 9));
    const leaving = new AbortController();
    const messages = jobClient(url).watchJob({ jobId }, { signal: leaving.signal })[Symbol.asyncIterator]();
    await messages.next();
    leaving.abort();
    await refusalOf({ [Symbol.asyncIterator]: () => messages });
    expect(await counted()).toEqual(['499']);
  });

  it.each([
    [{ 'content-type': 'application/json' }, '415'],
    [{ ':method': 'PUT' }, '405'],
    [{ ':path': '/framefold.v1.JobService/Nothing' }, '404'],
    [{}, '200'],
  ])('and other answers are counted as they are: %j', async (headers, status) => {
    await start();
    await ask({ ...call('ListJobs'), ...headers }, framed(Buffer.alloc(0)));
    expect(await counted()).toEqual([status]);
  });
});

describe('closing', () => {
  it('takes no new calls, lets running ones end, and has watchers come again', async () => {
    await start();
    const jobId = await api.jobWith(happyLog().slice(0, 9));
    let finish = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      api.temporal.onCancel = async () => {
        resolve();
        await new Promise<void>((done) => (finish = done));
        return 'still-running';
      };
    });
    const client = jobClient(url);
    const cancelled = client.cancelJob({ jobId });
    await asked;
    const messages = client.watchJob({ jobId })[Symbol.asyncIterator]();
    const first = await messages.next();
    expect(first.value?.message).toMatchObject({ case: 'event', value: { position: 0 } });

    const closed = Promise.all([closeHttp(api.app), grpc.close()]);
    const rest = refusalOf({ [Symbol.asyncIterator]: () => messages });
    expect(await rest).toMatchObject({ status: 'Unavailable', problem: { code: 'NOT_READY' } });
    const { port } = new URL(url);
    const knocking = new Promise((resolve) => connectTcp(Number(port), '127.0.0.1').once('error', resolve));
    expect(await knocking).toMatchObject({ code: 'ECONNREFUSED' });
    expect((await refusalOf(client.listJobs({}))).problem).toBeUndefined();
    finish();
    expect(await cancelled).toMatchObject({ status: 'cancelling' });
    await closed;
  });
});

it('counts open streams with those of HTTP, and each as long as it is open', async () => {
  await start();
  const jobId = await api.jobWith(happyLog().slice(0, 9));
  const ended = await api.jobWith(happyLog());
  const left = new AbortController();
  const { signal } = left;
  const client = jobClient(url);
  /** Reads a stream to its end, once there is a place for it. */
  const watch = async (
    id: string,
    options: CallOptions = {},
    atMessage = (): void => {},
  ): Promise<unknown> => {
    for (;;) {
      const reading = async (): Promise<void> => {
        for await (const _ of client.watchJob({ jobId: id }, options)) atMessage();
      };
      const end = await reading().catch((error: unknown) => ConnectError.from(error).code);
      if (end !== Code.ResourceExhausted) return end;
      await delay(20);
    }
  };
  const open = () => openStream(api.port, jobId, { signal });
  await Promise.all(Array.from({ length: MOST_STREAMS - 1 }, open));

  expect(await watch(ended)).toBeUndefined();
  expect(await watch('x')).toBe(Code.NotFound);
  expect(await watch(jobId, { timeoutMs: 1000 })).toBe(Code.DeadlineExceeded);
  const leaving = new AbortController();
  expect(await watch(jobId, { signal: leaving.signal }, () => leaving.abort())).toBe(Code.Canceled);
  const isOpen = new Promise<void>((resolve) => void watch(jobId, { signal }, resolve));
  await isOpen;
  const refused = await refusalOf(client.watchJob({ jobId }));
  expect(refused).toMatchObject({ status: 'ResourceExhausted', problem: { code: 'STREAMS_EXCEEDED' } });
  expect(refused.metadata.get('retry-after')).toBe('1');
  expect((await open()).status).toBe(429);
  left.abort();
});
