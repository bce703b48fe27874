import { readFile } from 'node:fs/promises';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('the description of the API', () => {
  it('is the one in apps/api/openapi.json; after a wanted change: curl $API/openapi.json | jq . > apps/api/openapi.json', async () => {
    const kept: unknown = JSON.parse(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8'));
    expect((await api.send('GET', '/openapi.json')).json).toEqual(kept);
  });

  it('names every route with the fields of its answer', async () => {
    const { paths } = (await api.send('GET', '/openapi.json')).json;
    const body = paths['/api/transcode'].post.requestBody.content['application/json'].schema;
    expect(body).toMatchObject({
      properties: {
        segmentSeconds: { minimum: 1, maximum: 30 },
        scenario: { enum: expect.arrayContaining(['4K60-h265']) },
      },
    });
    expect(body.properties).not.toHaveProperty('testSource');
    const job = paths['/api/jobs/{id}'].get.responses['200'].content['application/json'].schema;
    expect(Object.keys(job.properties)).toEqual(
      expect.arrayContaining(['id', 'status', 'progress', 'links']),
    );
    const query = paths['/api/jobs'].get.parameters.map(({ name }: { name: string }) => name);
    expect(query).toEqual(['status', 'user', 'label', 'cursor', 'limit']);
  });

  it('has a page with all its files and no script inside', async () => {
    const page = await api.send('GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)/);
    for (const [, path] of page.text.matchAll(/<script src="(.+?)"/g)) {
      expect((await api.send('GET', new URL(path!, `http://x/docs/`).pathname)).status).toBe(200);
    }
  });
});
