import { storeKeys } from '@framefold/domain';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

const SEGMENT = '720p/segment00000-0123456789.m4s';
const FILES = {
  'master.m3u8': '#EXTM3U\n',
  '720p/init.mp4': 'init',
  [SEGMENT]: '0123456789',
  'job.json': '{}',
  'events.jsonl': '{}\n',
  SHA256SUMS: 'sums',
};

let api: ApiUnderTest;
let jobId: string;
beforeAll(async () => {
  api = await startApi();
  jobId = await api.completeJob(FILES);
});
afterAll(() => api.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  api.send(method, `/media/${jobId}/${path}`, { headers });

describe('GET /media/:jobId/*', () => {
  it.each([
    ['master.m3u8', 'application/vnd.apple.mpegurl', 'no-cache'],
    ['720p/init.mp4', 'video/mp4', 'no-cache'],
    [SEGMENT, 'video/iso.segment', 'public, max-age=31536000, immutable'],
    ['job.json', 'application/json', 'no-cache'],
    ['events.jsonl', 'application/jsonl', 'no-cache'],
    ['SHA256SUMS', 'text/plain; charset=utf-8', 'no-cache'],
  ])('serves %s as %s, %s', async (path, type, cache) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': cache,
      'accept-ranges': 'bytes',
    });
    expect(answer.text).toBe((FILES as Record<string, string>)[path]);
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
  });

  it('answers HEAD without a body', async () => {
    const answer = await get(SEGMENT, {}, 'HEAD');
    expect(answer).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': '10', 'accept-ranges': 'bytes' },
    });
  });

  it.each([
    ['bytes=0-3', 'bytes 0-3/10', '0123'],
    ['bytes=4-', 'bytes 4-9/10', '456789'],
    ['bytes=-2', 'bytes 8-9/10', '89'],
    ['bytes=8-99', 'bytes 8-9/10', '89'],
  ])('serves the range %s', async (range, contentRange, text) => {
    const answer = await get(SEGMENT, { range });
    expect(answer).toMatchObject({ status: 206, text });
    expect(answer.headers).toMatchObject({
      'content-range': contentRange,
      'content-length': String(text.length),
    });
  });

  it.each(['bytes=0-1,4-5', 'lines=1-2', 'nonsense'])('answers %s with the whole file', async (range) => {
    expect(await get(SEGMENT, { range })).toMatchObject({ status: 200, text: '0123456789' });
  });

  it('refuses a range behind the end', async () => {
    const answer = await get(SEGMENT, { range: 'bytes=10-' });
    expect(answer).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
    expect(answer.json.code).toBe('RANGE_NOT_SATISFIABLE');
  });

  it('serves a range only of the version that the client has', async () => {
    const { etag } = (await get(SEGMENT)).headers;
    expect((await get(SEGMENT, { range: 'bytes=0-1', 'if-range': etag! })).status).toBe(206);
    expect((await get(SEGMENT, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
  });

  it('answers 304 to who has it, with an ETag that follows the content', async () => {
    for (const path of Object.keys(FILES)) {
      const { etag } = (await get(path)).headers;
      expect(await get(path, { 'if-none-match': etag! })).toMatchObject({ status: 304, text: '' });
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
    const before = (await get('job.json')).headers.etag;
    await api.store.put(storeKeys.outputFile(jobId, 'job.json'), '{"new":1}');
    expect((await get('job.json')).headers.etag).not.toBe(before);
  });

  it.each([
    'missing.mp4',
    '720p',
    '../work/plan.json',
    '..%2fwork%2fplan.json',
    '%2e%2e/work/plan.json',
    '720p/..%5c..%5cwork',
    '.hidden',
    '720p//init.mp4',
    'a%00b',
    '%2fetc%2fpasswd',
  ])('has no file %s', async (path) => {
    await api.store.put(storeKeys.plan(jobId), 'secret');
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.text).not.toContain('secret');
  });

  it('has no malformed paths', async () => {
    expect(await get('%ff')).toMatchObject({ status: 400, json: { code: 'BAD_REQUEST' } });
  });

  it.each(['x', '..', '%2e%2e', '..%2f..'])('has no job %s', async (id) => {
    expect((await api.send('GET', `/media/${id}/output/master.m3u8`)).status).toBe(404);
  });
});
