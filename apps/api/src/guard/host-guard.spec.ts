import { connect } from 'node:net';
import type { Request } from 'express';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';
import { hostGuard } from './host-guard.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({
    environment: { FRAMEFOLD_ALLOWED_HOSTS: 'video.example,other.example:8443' },
  });
});
afterAll(() => api.close());

const status = async (headers: Record<string, string>, method = 'GET', path = '/openapi.json') => {
  const answer = await api.send(method, path, { headers });
  return { status: answer.status, code: answer.status === 200 ? undefined : answer.json.code };
};

describe('the Host header', () => {
  it.each([
    '127.0.0.1:PORT',
    'localhost:PORT',
    'LocalHost:PORT',
    '[::1]:PORT',
    'video.example',
    'video.example:80',
    'other.example:8443',
  ])('may be %s', async (host) => {
    expect(await status({ host: host.replace('PORT', String(api.port)) })).toEqual({ status: 200 });
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    '127.0.0.1:PORT@evil.example',
    '0.0.0.0:PORT',
    'other.example',
    'video.example.evil.example',
  ])('may not be %s', async (host) => {
    const sent = { host: host.replace('PORT', String(api.port)) };
    for (const path of ['/openapi.json', '/media/x/y', '/docs', '/nothing', '/play/assets/play.js']) {
      expect(await status(sent, 'GET', path)).toEqual({ status: 403, code: 'HOST_FORBIDDEN' });
    }
    // Probes of load balancers ask an address.
    for (const path of ['/healthz', '/readyz'])
      expect(await status(sent, 'GET', path)).toEqual({ status: 200 });
  });

  it('may not be missing', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(api.port, '127.0.0.1', () => socket.end('GET /openapi.json HTTP/1.0\r\n\r\n'));
      let received = '';
      socket.on('data', (data) => (received += data.toString()));
      socket.on('end', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 403/);
  });
});

describe('the port that URLs leave out', () => {
  const answers = (url: string, localPort: number): boolean => {
    const { protocol, host } = new URL(url);
    const socket = { localPort, encrypted: protocol === 'https:' };
    const request = { path: '/', method: 'GET', headers: { host }, socket };
    let refusal: unknown;
    hostGuard([])(request as unknown as Request, undefined as never, (error) => (refusal = error));
    return refusal === undefined;
  };

  it.each([
    ['http://localhost/', 80, true],
    ['https://localhost/', 443, true],
    ['https://[::1]/', 443, true],
    ['http://localhost/', 443, false],
    ['https://localhost/', 80, false],
    ['https://localhost/', 8443, false],
    ['https://evil.example/', 443, false],
  ])('is known by the protocol: %s at port %d', (url, port, expected) => {
    expect(answers(url, port)).toBe(expected);
  });
});

describe('changes from a page', () => {
  const own = () => ({ host: `127.0.0.1:${api.port}` });

  it.each([
    [{ origin: 'http://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://127.0.0.1:1' }],
    [{ origin: 'file://' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ origin: 'http://localhost:PORT', 'sec-fetch-site': 'cross-site' }],
  ])('are refused with %j', async (headers) => {
    const sent = { ...own(), ...JSON.parse(JSON.stringify(headers).replace('PORT', String(api.port))) };
    for (const method of ['POST', 'DELETE', 'PUT', 'PATCH']) {
      expect(await status(sent, method, '/api/transcode')).toEqual({ status: 403, code: 'ORIGIN_FORBIDDEN' });
    }
    expect((await status(sent)).status).toBe(200);
  });

  it.each([
    [{}],
    [{ origin: 'http://localhost:PORT' }],
    [{ origin: 'https://video.example', 'sec-fetch-site': 'same-origin' }],
  ])('are heard with %j', async (headers) => {
    const sent = { ...own(), ...JSON.parse(JSON.stringify(headers).replace('PORT', String(api.port))) };
    expect((await status(sent, 'POST', '/api/transcode')).status).toBe(400);
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/api'],
    ['TRACE', '/api/job'],
    ['OPTIONS', '/api/job'],
    ['GET', '/nothing?x=1'],
  ])('answers %s %s with problem details', async (method, path) => {
    const answer = await api.send(method, path);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ code: 'ROUTE_NOT_FOUND', instance: path.replace(/\?.*/, '') });
  });
});
