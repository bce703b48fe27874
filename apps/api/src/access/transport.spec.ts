import { connect } from 'node:net';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
afterEach(() => api.close());

const FORWARDED = { 'x-forwarded-for': '198.51.100.7' };

describe('the rate limit', () => {
  const statuses = async (count: number, headers: Record<string, string> = {}) => {
    const answers = await Promise.all(
      Array.from({ length: count }, () => api.send('GET', '/api/jobs', { headers })),
    );
    return answers.map(({ status }) => status).sort();
  };

  it('lets a burst through, then tells how long to wait, and keeps its word', async () => {
    api = await startApi({ environment: { FRAMEFOLD_RATE_LIMIT: 'rate=2,burst=5' } });
    expect(await statuses(7)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const refused = await api.send('GET', '/healthz');
    expect(refused).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
    expect(refused.headers['retry-after']).toBe('1');
    api.now += 1000;
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  it('says what is left', async () => {
    api = await startApi({ environment: { FRAMEFOLD_RATE_LIMIT: 'rate=100,burst=200' } });
    const { headers } = await api.send('GET', '/nothing');
    expect(headers).toMatchObject({
      'ratelimit-policy': '"client";q=200;w=2',
      ratelimit: '"client";r=199;t=1',
    });
  });

  it('is by the address that a declared proxy tells, by network where that is IPv6', async () => {
    api = await startApi({
      environment: {
        FRAMEFOLD_PROXY: '127.0.0.1',
        FRAMEFOLD_KEYS: 'required',
        FRAMEFOLD_RATE_LIMIT: 'rate=1,burst=2',
      },
    });
    const of = (client: string) => statuses(3, { 'x-forwarded-for': client });
    expect(await of('198.51.100.7')).toEqual([401, 401, 429]);
    expect(await of('198.51.100.8')).toEqual([401, 401, 429]);
    expect(await of('2001:db8:1:2::1')).toEqual([401, 401, 429]);
    expect(await of('2001:db8:1:2:ffff::9')).toEqual([429, 429, 429]);
    expect(await of('2001:db8:1:3::1')).toEqual([401, 401, 429]);
  });

  it('believes nobody else', async () => {
    api = await startApi({ environment: { FRAMEFOLD_RATE_LIMIT: 'rate=1,burst=1' } });
    expect(await statuses(1, FORWARDED)).toEqual([200]);
    expect(await statuses(1, { 'x-forwarded-for': '198.51.100.8' })).toEqual([429]);
  });

  it('is none by default where no key is needed', async () => {
    api = await startApi();
    expect(new Set(await statuses(250))).toEqual(new Set([200]));
  });
});

describe('pages of other origins', () => {
  const ORIGIN = 'https://app.example';

  it('may call when they are configured, and read what they need', async () => {
    api = await startApi({ environment: { FRAMEFOLD_CORS_ORIGINS: `${ORIGIN},https://two.example` } });
    const preflight = await api.send('OPTIONS', '/api/transcode', {
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'authorization,content-type,idempotency-key',
    });
    expect(preflight.headers).not.toHaveProperty('access-control-allow-credentials');
    const headers = { origin: ORIGIN, 'sec-fetch-site': 'cross-site' };
    const posted = await api.send('POST', '/api/transcode', { headers, body: {} });
    expect(posted).toMatchObject({ status: 400, json: { code: 'VALIDATION_FAILED' } });
    expect(posted.headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(posted.headers['access-control-expose-headers']).toContain('Retry-After');
  });

  it.each(['https://evil.example', 'null', 'https://app.example.evil.example'])(
    'may not when they are of %s',
    async (origin) => {
      api = await startApi({ environment: { FRAMEFOLD_CORS_ORIGINS: ORIGIN } });
      const read = await api.send('GET', '/api/jobs', { headers: { origin } });
      expect(read.headers).not.toHaveProperty('access-control-allow-origin');
      const posted = await api.send('POST', '/api/transcode', { headers: { origin }, body: {} });
      expect(posted).toMatchObject({ status: 403, json: { code: 'ORIGIN_FORBIDDEN' } });
    },
  );
});

describe('what is too large or no HTTP', () => {
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(api.port, '127.0.0.1', () => socket.write(text));
      let received = '';
      socket.on('data', (data) => (received += data.toString()));
      socket.on('end', () => resolve(received));
      socket.on('error', reject);
    });

  it.each([
    [`GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['nonsense\r\n\r\n', 400, 'BAD_REQUEST'],
  ])('is refused with problem details', async (text, status, code) => {
    api = await startApi();
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
  });

  it('is told when it does not come in time', async () => {
    api = await startApi();
    // Not after 15 s, but when the server next looks.
    Object.assign(api.app.getHttpServer(), { headersTimeout: 1 });
    const answer = await raw('GET / HTTP/1.1\r\nHost: ');
    expect(answer).toMatch(/^HTTP\/1.1 408 [^]*"REQUEST_TIMEOUT"/);
  }, 15_000);

  it('never gets mixed into an answer', async () => {
    api = await startApi();
    const jobId = await api.completeJob({ 'master.m3u8': '#EXTM3U\n' });
    const host = `Host: 127.0.0.1:${api.port}`;
    const answer = await raw(`GET /media/${jobId}/master.m3u8 HTTP/1.1\r\n${host}\r\n\r\nnonsense\r\n\r\n`);
    expect(answer.match(/HTTP\/1\.1/g)?.length).toBeLessThanOrEqual(2);
    expect(answer.startsWith('HTTP/1.1 200') ? answer : '#EXTM3U').toContain('#EXTM3U');
  });
});

describe('without configuration', () => {
  it('no key is needed, and a wrong one is still told', async () => {
    api = await startApi();
    expect((await api.send('GET', '/metrics')).status).toBe(200);
    const answer = await api.send('GET', '/api/jobs', { headers: { authorization: 'Bearer ff_x' } });
    expect(answer.json.code).toBe('KEY_INVALID');
  });
});
