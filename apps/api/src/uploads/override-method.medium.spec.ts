import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';
import type { Answer } from '../testing/api-under-test.ts';

const TUS = { 'tus-resumable': '1.0.0' };
const CONTENT = 'the content of a film';

let world: ApiWithKeys;
let key: string;
let id: string;
beforeAll(async () => {
  world = await startApiWithKeys();
  // Times of files are the file system's.
  world.api.now = Date.now();
  key = await world.keyOf('studio');
});
afterAll(() => world.close());
beforeEach(async () => {
  const headers = { ...TUS, 'upload-length': String(CONTENT.length) };
  id = (await world.send(key, 'POST', '/api/uploads', undefined, headers)).json.id;
});

const view = async (): Promise<Answer> => world.send(key, 'GET', `/api/uploads/${id}`);
const append = (by: string, method = 'POST'): Promise<Answer> =>
  world.send(by, method, `/api/uploads/${id}`, CONTENT, {
    ...TUS,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': '0',
    'x-http-method-override': 'PATCH',
  });
const override = (by: string, as: string, path: string, method = 'POST'): Promise<Answer> =>
  world.send(by, method, path, undefined, { ...TUS, 'x-http-method-override': as });

describe('a POST to an upload that overrides its method', () => {
  it('appends as PATCH does', async () => {
    const offset = String(CONTENT.length);
    expect(await append(key)).toMatchObject({ status: 204, headers: { 'upload-offset': offset } });
    expect((await view()).json).toMatchObject({ status: 'complete', sizeBytes: CONTENT.length });
  });

  it('removes as DELETE does', async () => {
    expect((await override(key, 'DELETE', `/api/uploads/${id}`)).status).toBe(204);
    expect((await view()).status).toBe(404);
  });

  it('may do what its key may do by the method itself', async () => {
    const reader = await world.keyOf('studio', ['read', 'operate']);
    for (const refused of [
      await append(reader),
      await append(reader, 'PATCH'),
      await override(reader, 'DELETE', `/api/uploads/${id}`),
      await world.send(reader, 'DELETE', `/api/uploads/${id}`),
    ])
      expect(refused).toMatchObject({ status: 403, json: { code: 'SCOPE_MISSING' } });
    const stranger = await world.keyOf('others');
    for (const refused of [await append(stranger), await override(stranger, 'DELETE', `/api/uploads/${id}`)])
      expect(refused).toMatchObject({ status: 404, json: { code: 'UPLOAD_NOT_FOUND' } });
    expect((await view()).json).toMatchObject({ status: 'unfinished', offset: 0 });
  });

  it('goes by no other method', async () => {
    for (const as of ['GET', 'HEAD', 'PUT', 'patch', ''])
      expect((await override(key, as, `/api/uploads/${id}`)).json.code).toBe('METHOD_NOT_ALLOWED');
  });
});

describe('anything else', () => {
  it('goes by its own method', async () => {
    expect((await override(key, 'DELETE', `/api/uploads/${id}`, 'GET')).json).toMatchObject({ id });
    expect((await override(key, 'GET', `/api/uploads/${id}`, 'DELETE')).status).toBe(204);
    const json = (path: string): Promise<Answer> =>
      world.send(key, 'POST', path, {}, { 'x-http-method-override': 'DELETE' });
    expect((await json('/api/transcode')).json.code).toBe('VALIDATION_FAILED');
    expect((await json('/api/uploads/direct')).json.code).toBe('VALIDATION_FAILED');
    expect((await json('/api/jobs/x')).json.code).toBe('METHOD_NOT_ALLOWED');
    expect((await json(`/api/uploads/${id}/complete`)).json.code).toBe('UPLOAD_NOT_FOUND');
  });
});
