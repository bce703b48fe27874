import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('an address', () => {
  it.each([
    ['POST', '/api/jobs', 'GET, HEAD, OPTIONS'],
    ['TRACE', '/api/jobs', 'GET, HEAD, OPTIONS'],
    ['PUT', '/api/jobs/x?y=1', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['GET', '/api/transcode', 'OPTIONS, POST'],
    ['DELETE', '/api/uploads', 'OPTIONS, POST'],
    ['POST', '/media/x/a/b.m3u8', 'GET, HEAD, OPTIONS'],
  ])('says to %s %s that it takes %s alone', async (method, path, allow) => {
    const answer = await api.send(method, path);
    expect(answer).toMatchObject({ status: 405, headers: { allow } });
    expect(answer.json).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
  });

  it.each([
    ['/api/jobs', 'GET, HEAD, OPTIONS'],
    // Which tells of tus, too.
    ['/api/uploads', 'OPTIONS, POST'],
    ['/api/uploads/direct', 'OPTIONS, POST'],
  ])('%s answers OPTIONS with %s', async (path, allow) => {
    const answer = await api.send('OPTIONS', path);
    expect(answer).toMatchObject({ status: 204, headers: { allow }, text: '' });
  });

  it('with a broken percent sign is that of nothing', async () => {
    expect(await api.send('OPTIONS', '/api/jobs/%ff')).toMatchObject({ status: 400 });
  });
});
