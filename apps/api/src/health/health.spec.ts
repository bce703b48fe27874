import { CodedError } from '@framefold/domain';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
afterEach(() => api.close());

describe('health', () => {
  it('is ok and ready when all is up', async () => {
    api = await startApi();
    expect(await api.send('GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await api.send('GET', '/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
  });

  it('is ok but not ready while catalogue and Temporal are coming up, and so are the routes that need them', async () => {
    api = await startApi({ absent: true });
    expect((await api.send('GET', '/healthz')).status).toBe(200);
    const answer = await api.send('GET', '/readyz');
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { code: 'NOT_READY' },
    });
    expect(answer.json.errors.map(({ path }: { path: string }) => path)).toEqual(['catalogue', 'temporal']);
    expect((await api.send('GET', '/api/jobs')).json.code).toBe('NOT_READY');
    Object.assign(api.backends, { catalogue: api.catalogue, temporal: api.temporal });
    expect((await api.send('GET', '/readyz')).status).toBe(200);
  });

  it.each([
    ['catalogue', () => (api.catalogue.failure = new CodedError('CATALOGUE_UNAVAILABLE', 'down'))],
    ['temporal', () => (api.temporal.failure = new Error('down'))],
    ['temporal', () => (api.temporal.hindrance = 'down')],
    ['store', () => (api.store.get = () => Promise.resolve(undefined))],
    ['store', () => (api.store.put = () => Promise.reject(new CodedError('STORE_FULL', 'full')))],
  ])('is not ready without the %s', async (part, breakIt) => {
    api = await startApi();
    breakIt();
    expect(await api.send('GET', '/readyz')).toMatchObject({
      status: 503,
      json: { code: 'NOT_READY', errors: [{ path: part }] },
    });
  });

  it('counts requests by route, not by path', async () => {
    api = await startApi();
    await api.send('GET', '/api/jobs/one');
    await api.send('GET', '/api/jobs/two');
    await api.send('GET', '/nothing');
    const { text, headers } = await api.send('GET', '/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toContain(
      'framefold_http_requests_total{method="GET",route="/api/jobs/:id",status="404"} 2',
    );
    expect(text).toContain('framefold_http_requests_total{method="GET",route="none",status="404"} 1');
  });
});
