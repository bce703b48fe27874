import { type ApiUnderTest, type Answer, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
  // Times of files are the file system's.
  api.now = Date.now();
});
afterAll(() => api.close());

const TUS = { 'tus-resumable': '1.0.0', 'upload-length': '9' };

describe('a direct upload where the store is a folder', () => {
  it('is refused, with a hint to the other ways', async () => {
    const answer = await api.send('POST', '/api/uploads/direct', { body: { sizeBytes: 1 } });
    expect(answer).toMatchObject({
      status: 409,
      json: { code: 'UPLOAD_DIRECT_UNAVAILABLE', hint: expect.stringContaining('tus') },
    });
  });

  it('is not what an upload by tus is', async () => {
    const begun = await api.send('POST', '/api/uploads', { headers: TUS });
    const path = String(begun.headers.location);
    const answers: Answer[] = [
      await api.send('GET', `${path}/parts`),
      await api.send('POST', `${path}/complete`),
    ];
    expect(answers.map(({ status, json }) => [status, json.code])).toEqual([
      [409, 'UPLOAD_DIRECT_UNAVAILABLE'],
      [409, 'UPLOAD_INCOMPLETE'],
    ]);
  });

  it.each([
    ['no size', {}, 'sizeBytes'],
    ['a size of nothing', { sizeBytes: 0 }, 'sizeBytes'],
    ['a checksum that is none', { sizeBytes: 1, sha256: 'abc' }, 'sha256'],
    ['an empty name', { sizeBytes: 1, filename: '' }, 'filename'],
  ])('is refused for %s before anything else', async (_, body, path) => {
    expect(await api.send('POST', '/api/uploads/direct', { body })).toMatchObject({
      status: 400,
      json: { code: 'VALIDATION_FAILED', errors: [{ path }] },
    });
  });
});
