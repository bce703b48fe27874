import { request as httpRequest } from 'node:http';
import { happyLog, request } from '@framefold/domain/testing';
import type { JobEvent } from '@framefold/domain';
import type { Answer } from '../testing/api-under-test.ts';
import { type ApiWithKeys, startApiWithKeys } from '../testing/api-with-keys.ts';

const TUS = { 'tus-resumable': '1.0.0' };
const BOUNDARY = 'xYzZY';
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
const HEAD_OF_FILE = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n`;
const END_OF_FORM = `\r\n--${BOUNDARY}--\r\n`;
const ROOM = 1000;

let world: ApiWithKeys;
beforeAll(async () => {
  world = await startApiWithKeys({ FRAMEFOLD_MAX_UPLOAD_BYTES: '5000' });
  // Times of files are the file system's.
  world.api.now = Date.now();
});
afterAll(() => world.close());

/** A key of a tenant that has the output of a job, and a quota with so much room beside it. */
async function keyWithRoom(tenantId: string): Promise<{ key: string; limit: number }> {
  await world.api.jobWith(
    happyLog().map((one) => ({
      ...one,
      at: world.api.now,
      ...(one.type === 'JobSubmitted' ? { data: { request: request(), tenantId } } : {}),
    })) as JobEvent[],
  );
  const { storedBytes } = await world.api.backends.access.standing(tenantId, world.api.now);
  expect(storedBytes).toBeGreaterThan(0);
  const limit = storedBytes + ROOM;
  await world.setTenant(tenantId, { quotas: { storageBytes: limit } });
  return { key: await world.keyOf(tenantId), limit };
}

const begin = (key: string, length: number): Promise<Answer> =>
  world.send(key, 'POST', '/api/uploads', undefined, { ...TUS, 'upload-length': String(length) });
const form = (key: string, content: string, headers: Record<string, string> = {}): Promise<Answer> =>
  world.send(key, 'POST', '/api/uploads', HEAD_OF_FILE + content + END_OF_FORM, { ...FORM, ...headers });
const EXCEEDED = { status: 429, json: { code: 'QUOTA_EXCEEDED', quota: 'storageBytes' } };

describe('uploads and the quota of storage', () => {
  it('count by the size that they announce, until they are gone', async () => {
    const { key, limit } = await keyWithRoom('announces');
    await world.setTenant('rival', {});
    expect((await begin(await world.keyOf('rival'), 4000)).status).toBe(201);

    const first = await begin(key, 600);
    expect(first.status).toBe(201);
    const { id } = first.json;
    expect(await begin(key, 401)).toMatchObject({ ...EXCEEDED, json: { limit, used: limit - 400 } });
    const bytes = { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
    expect((await world.send(key, 'PATCH', `/api/uploads/${id}`, 'x'.repeat(600), bytes)).status).toBe(204);
    expect((await world.send(key, 'GET', `/api/uploads/${id}`)).json.status).toBe('complete');
    expect(await begin(key, 401)).toMatchObject(EXCEEDED);
    expect((await begin(key, 400)).status).toBe(201);
    expect(await begin(key, 1)).toMatchObject(EXCEEDED);

    expect((await world.send(key, 'DELETE', `/api/uploads/${id}`)).status).toBe(204);
    expect((await begin(key, 600)).status).toBe(201);
  });

  it('count as forms by their length, and without one as the largest that there may be', async () => {
    const { key } = await keyWithRoom('forms');
    expect(await form(key, 'x'.repeat(ROOM))).toMatchObject(EXCEEDED);
    expect((await form(key, 'x'.repeat(600))).status).toBe(201);
    expect(await form(key, 'x'.repeat(400))).toMatchObject(EXCEEDED);
    expect(await form(key, 'x', { 'transfer-encoding': 'chunked' })).toMatchObject(EXCEEDED);
    expect((await begin(key, 400)).status).toBe(201);
  });

  it('count while a form is being received', async () => {
    const { key } = await keyWithRoom('receives');
    const sent = httpRequest({
      ...{ host: '127.0.0.1', port: world.api.port, method: 'POST', path: '/api/uploads', agent: false },
      headers: { authorization: `Bearer ${key}`, ...FORM, 'content-length': '900' },
    });
    sent.on('error', () => undefined);
    sent.write(HEAD_OF_FILE);
    const statusOf = async (): Promise<number> => {
      const { status, json } = await begin(key, 200);
      if (status === 201) await world.send(key, 'DELETE', `/api/uploads/${json.id}`);
      return status;
    };
    while ((await statusOf()) === 201);
    sent.destroy();
    while ((await statusOf()) === 429);
  });

  it('are not counted where there is no such quota', async () => {
    await world.setTenant('free', { quotas: { concurrentJobs: 1 } });
    const key = await world.keyOf('free');
    for (let begun = 0; begun < 3; begun++) expect((await begin(key, 5000)).status).toBe(201);
  });
});
