import { readFile, writeFile } from 'node:fs/promises';
import { type ApiUnderTest, startApi } from '../testing/api-under-test.ts';

const KEPT = new URL('../../openapi.json', import.meta.url);

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('the description of the API', () => {
  it('is the one in apps/api/openapi.json, which `npm run openapi:generate` writes', async () => {
    const { json } = await api.send('GET', '/openapi.json');
    if (process.env.OPENAPI === 'write') await writeFile(KEPT, `${JSON.stringify(json, null, 2)}\n`);
    expect(json).toEqual(JSON.parse(await readFile(KEPT, 'utf8')));
  });

  it('spells no object out twice', async () => {
    const { json } = await api.send('GET', '/openapi.json');
    const spelt = objectsIn(json).map((schema) => JSON.stringify(schema));
    expect(spelt.filter((schema, index) => spelt.indexOf(schema) !== index)).toEqual([]);
  });

  it('names nothing that no call has', async () => {
    const { json } = await api.send('GET', '/openapi.json');
    const names = Object.keys(json.components.schemas);
    const used = JSON.stringify(json);
    expect(names.filter((name) => !used.includes(`"#/components/schemas/${name}"`))).toEqual([]);
  });

  it('has a name for whatever a call takes and gives', async () => {
    const { paths } = (await api.send('GET', '/openapi.json')).json;
    expect(objectsIn(paths)).toEqual([]);
  });

  it('names every route with the fields of its answer', async () => {
    const { paths, components } = (await api.send('GET', '/openapi.json')).json;
    const { JobRequest, Job } = components.schemas;
    const body = paths['/api/transcode'].post.requestBody.content['application/json'].schema;
    expect(body).toEqual({ $ref: '#/components/schemas/JobRequest' });
    expect(JobRequest).toMatchObject({
      properties: {
        segmentSeconds: { minimum: 1, maximum: 30 },
        scenario: { enum: expect.arrayContaining(['4K60-h265']) },
      },
    });
    expect(JobRequest.properties).not.toHaveProperty('testSource');
    const job = paths['/api/jobs/{id}'].get.responses['200'].content['application/json'].schema;
    expect(job).toEqual({ $ref: '#/components/schemas/Job' });
    expect(Object.keys(Job.properties)).toEqual(
      expect.arrayContaining(['id', 'status', 'progress', 'links']),
    );
    const query = paths['/api/jobs'].get.parameters.map(({ name }: { name: string }) => name);
    expect(query).toEqual([
      'status',
      'user',
      'label',
      'batch',
      'createdAfter',
      'createdBefore',
      'cursor',
      'limit',
      'tenant',
    ]);
  });

  it('names with each route what any may answer, and what goes on with what it makes', async () => {
    const { paths, components } = (await api.send('GET', '/openapi.json')).json;
    expect(Object.keys(paths['/api/workers'].get.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '413', '429', '431', '503']),
    );
    expect(paths['/api/webhook-secrets'].get.responses['404']).toEqual({
      $ref: '#/components/responses/404',
    });
    expect(components.responses['401'].headers['WWW-Authenticate'].required).toBe(true);
    expect(paths['/api/transcode'].post.responses['201'].links.getJob).toEqual({
      operationId: 'getJob',
      parameters: { id: '$response.body#/jobId' },
    });
  });

  it('wants a key only where the service does', async () => {
    const listing = (document: { paths: Record<string, { get: { security: unknown } }> }): unknown =>
      document.paths['/api/jobs']?.get.security;
    expect(listing((await api.send('GET', '/openapi.json')).json)).toEqual([{ bearer: [] }, {}]);
    const closed = await startApi({ environment: { FRAMEFOLD_KEYS: 'required' } });
    expect(listing((await closed.send('GET', '/openapi.json')).json)).toEqual([{ bearer: [] }]);
    await closed.close();
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

/** Schemas of objects with several fields. */
function objectsIn(part: unknown): object[] {
  if (typeof part !== 'object' || part === null) return [];
  const { type, properties = {} } = part as { type?: unknown; properties?: object };
  const own = type === 'object' && Object.keys(properties).length > 2 ? [part] : [];
  return [...own, ...Object.values(part).flatMap(objectsIn)];
}
