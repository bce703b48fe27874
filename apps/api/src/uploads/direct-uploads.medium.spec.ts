import { createHash, randomBytes } from 'node:crypto';
import { storeKeys } from '@framefold/domain';
import { startS3Server, type S3Server } from '@framefold/testing';
import { type Answer, type ApiUnderTest, startApi } from '../testing/api-under-test.ts';
import { startApiWithKeys } from '../testing/api-with-keys.ts';
import type { DirectUpload } from './direct-upload-schemas.ts';
import { Uploads } from './uploads.ts';

const HOUR_MS = 3_600_000;
const PART = 16 * 1024 ** 2;
/** Two parts, the second a small one. */
const CONTENT = randomBytes(PART + 5);
const UNKNOWN = 'f'.repeat(32);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let server: S3Server;
let api: ApiUnderTest;
let uploads: Uploads;
beforeAll(async () => {
  server = await startS3Server();
  Object.assign(process.env, server.env);
  api = await startApi({
    environment: {
      FRAMEFOLD_S3_ENDPOINT: server.endpoint,
      FRAMEFOLD_STORE: `s3://${server.bucket}/api`,
      FRAMEFOLD_MAX_UPLOAD_BYTES: String(10 * 1024 ** 3),
    },
  });
  uploads = api.app.get(Uploads);
});
// Times of objects and of URLs are the machine's.
beforeEach(() => (api.now = Date.now()));
afterAll(async () => {
  await api?.close();
  await server?.stop();
});

const create = (fields: object = {}): Promise<Answer> =>
  api.send('POST', '/api/uploads/direct', {
    body: { filename: 'a walk.mp4', sizeBytes: CONTENT.length, ...fields },
  });
const begin = async (fields?: object): Promise<DirectUpload> => (await create(fields)).json;
const view = (id: string): Promise<Answer> => api.send('GET', `/api/uploads/${id}`);
const parts = (id: string, query = ''): Promise<Answer> =>
  api.send('GET', `/api/uploads/${id}/parts${query}`);
const complete = (id: string): Promise<Answer> => api.send('POST', `/api/uploads/${id}/complete`);
const remove = (id: string): Promise<Answer> => api.send('DELETE', `/api/uploads/${id}`);
/** Sends a part as any program can; the status tells what the store says. */
const put = async (upload: DirectUpload, number: number, content = CONTENT): Promise<number> => {
  const { url = '' } = upload.parts.find((part) => part.number === number) ?? {};
  const body = new Uint8Array(content.subarray((number - 1) * PART, number * PART));
  return (await fetch(url, { method: 'PUT', body })).status;
};
const whole = async (fields?: object, content = CONTENT): Promise<DirectUpload> => {
  const upload = await begin(fields);
  expect([await put(upload, 2, content), await put(upload, 1, content)]).toEqual([200, 200]);
  return upload;
};
/** All that the service has of an upload: objects, and parts of what is no object yet. */
const left = async (id: string): Promise<string[]> => {
  const prefix = `api/${storeKeys.upload(id)}`;
  const unfinished = await server.unfinishedKeys(prefix);
  const names = [...(await server.keys(prefix)), ...unfinished.map((key) => `parts of ${key}`)];
  return names.map((name) => name.replace(prefix, ''));
};

/** What the store calls the write of an upload's content. */
const writeOf = async (id: string): Promise<{ key: string; id: string }> => {
  const { writeId } = JSON.parse(String(await api.store.get(storeKeys.directUpload(id))));
  return { key: storeKeys.uploadContent(id), id: writeId };
};

describe('a direct upload', () => {
  it('goes to the store in parts, and counts when it is completed', async () => {
    const created = await create({ filetype: 'video/mp4', sha256: sha256(CONTENT) });
    const upload: DirectUpload = created.json;
    const { id } = upload;
    expect(created).toMatchObject({
      status: 201,
      headers: { location: `/api/uploads/${id}`, 'cache-control': 'no-store' },
    });
    expect(upload).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      sourceUrl: `upload://${id}`,
      sizeBytes: CONTENT.length,
      partBytes: PART,
      partCount: 2,
      expiresAt: api.now + 24 * HOUR_MS,
      urlsExpireAt: api.now + HOUR_MS,
      parts: [
        { number: 1, sizeBytes: PART, url: expect.stringContaining(server.endpoint) },
        { number: 2, sizeBytes: 5, url: expect.stringContaining('X-Amz-Expires=3600') },
      ],
    });
    const { createdAt } = (await view(id)).json;
    const about = { id, filename: 'a walk.mp4', sizeBytes: CONTENT.length, createdAt };
    const { expiresAt } = upload;
    expect((await view(id)).json).toEqual({ ...about, offset: 0, status: 'unfinished', expiresAt });

    expect(await put(upload, 2)).toBe(200);
    expect((await view(id)).json).toMatchObject({ offset: 5, status: 'unfinished' });
    expect((await parts(id)).json.parts).toMatchObject([{ number: 1, sizeBytes: PART }]);
    expect(await complete(id)).toMatchObject({
      status: 409,
      json: { code: 'UPLOAD_INCOMPLETE', detail: `5 of ${CONTENT.length} bytes have arrived.` },
    });
    const submission = { body: { sourceUrl: upload.sourceUrl } };
    expect((await api.send('POST', '/api/transcode', submission)).json.code).toBe('UPLOAD_NOT_USABLE');

    expect(await put({ ...upload, ...(await parts(id)).json }, 1)).toBe(200);
    // All of it is there, and does not count yet.
    expect((await api.send('POST', '/api/transcode', submission)).json.code).toBe('UPLOAD_NOT_USABLE');
    const [one, other] = await Promise.all([complete(id), complete(id)]);
    expect(one).toMatchObject({
      status: 200,
      json: { ...about, offset: CONTENT.length, status: 'complete', sha256: sha256(CONTENT) },
    });
    for (const again of [other, await complete(id), await view(id)]) expect(again.json).toEqual(one.json);
    expect((await parts(id)).json.parts).toEqual([]);
    expect((await left(id)).sort()).toEqual(['content', 'upload.json']);

    expect((await api.send('POST', '/api/transcode', submission)).status).toBe(201);
    expect(api.temporal.started.at(-1)).toMatchObject({
      request: { sourceUrl: upload.sourceUrl, title: 'a walk' },
    });
  });

  it('cannot be changed any more when it is complete', async () => {
    const upload = await whole();
    await complete(upload.id);
    expect(await put(upload, 1, randomBytes(PART))).toBe(404);
    const key = storeKeys.uploadContent(upload.id);
    expect(sha256((await api.store.get(key))!)).toBe(sha256(CONTENT));
    // Nobody read it to hash it: nobody asked for that.
    expect((await view(upload.id)).json).not.toHaveProperty('sha256');
  });

  it('takes parts of no other size than was announced', async () => {
    const upload = await begin({ sizeBytes: 10 });
    const url = upload.parts[0]?.url ?? '';
    for (const body of ['ten bytes, and more', 'fewer', ''])
      expect((await fetch(url, { method: 'PUT', body })).status).toBe(403);
    expect((await view(upload.id)).json.offset).toBe(0);
  });

  it('with another content than was announced is refused, and nothing is left of it', async () => {
    const other = randomBytes(CONTENT.length);
    const { id } = await whole({ sha256: sha256(CONTENT) }, other);
    expect(await complete(id)).toMatchObject({ status: 460, json: { code: 'UPLOAD_CHECKSUM_MISMATCH' } });
    expect((await view(id)).status).toBe(404);
    expect(await left(id)).toEqual([]);
  });

  it('whose object has another size than its parts had is refused, too', async () => {
    const { id } = await whole();
    await api.store.direct!.abort(await writeOf(id));
    await api.store.put(storeKeys.uploadContent(id), 'a store that loses parts');
    expect((await complete(id)).json.code).toBe('UPLOAD_CHECKSUM_MISMATCH');
    expect(await left(id)).toEqual([]);
  });

  it('is completed also by whoever comes after a process that died at it, at whatever step', async () => {
    for (const step of ['joined', 'recorded'] as const) {
      const { id } = await whole();
      const note = (await api.store.get(storeKeys.directUpload(id)))!;
      if (step === 'joined') await api.store.direct!.join(await writeOf(id));
      else {
        await complete(id);
        await api.store.put(storeKeys.directUpload(id), note);
      }
      expect((await view(id)).json.status).toBe(step === 'joined' ? 'unfinished' : 'complete');
      expect((await complete(id)).json).toMatchObject({ status: 'complete', offset: CONTENT.length });
    }
  });

  it('is none of the business of tus, which neither joins nor judges it', async () => {
    const tus = (id: string, method: string, headers = {}): Promise<Answer> =>
      api.send(method, `/api/uploads/${id}`, { headers: { 'tus-resumable': '1.0.0', ...headers } });
    const begun = await begin();
    await put(begun, 2);
    const other = await whole({ sha256: sha256(CONTENT) }, randomBytes(CONTENT.length));
    for (const { id, offset } of [
      { id: begun.id, offset: 5 },
      { id: other.id, offset: CONTENT.length },
    ]) {
      expect((await tus(id, 'HEAD')).status).toBe(409);
      const bytes = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) };
      expect(await tus(id, 'PATCH', bytes)).toMatchObject({
        status: 409,
        json: { code: 'UPLOAD_IS_DIRECT', hint: expect.stringContaining('/parts') },
      });
      expect((await view(id)).json).toMatchObject({ status: 'unfinished', offset });
      expect((await left(id)).sort()).toEqual(['direct.json', 'parts of content']);
    }
    const { id } = await whole();
    await complete(id);
    expect(await tus(id, 'HEAD')).toMatchObject({
      status: 200,
      headers: { 'upload-offset': String(CONTENT.length) },
    });
  });

  it('of many parts names some at a time', async () => {
    const upload = await begin({ sizeBytes: 10 * 1024 ** 3 });
    expect(upload).toMatchObject({ partCount: 640, partBytes: PART });
    expect(upload.parts.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    const some = (await parts(upload.id, '?after=637&limit=2')).json.parts;
    expect(some).toMatchObject([{ number: 638 }, { number: 639 }]);
    expect((await parts(upload.id, '?limit=1000')).json.parts).toHaveLength(640);
    expect((await parts(upload.id, '?limit=1001')).json.code).toBe('VALIDATION_FAILED');
    await remove(upload.id);
  });

  it.each([
    ['too large a file', { sizeBytes: 10 * 1024 ** 3 + 1 }, 413, 'UPLOAD_TOO_LARGE'],
    ['a text', { filename: 'a.txt' }, 415, 'UPLOAD_KIND_REFUSED'],
    ['an unknown field', { size: 3 }, 400, 'VALIDATION_FAILED'],
  ])('is refused for %s', async (_, fields, status, code) => {
    expect(await create(fields)).toMatchObject({ status, json: { code } });
  });

  it('that is not there is not found', async () => {
    for (const id of [UNKNOWN, '..%2f..%2fx'])
      for (const answer of [await view(id), await parts(id), await complete(id), await remove(id)])
        expect(answer).toMatchObject({ status: 404, json: { code: 'UPLOAD_NOT_FOUND' } });
  });

  it('of another tenant is as if it were not there', async () => {
    const { id } = await whole();
    for (const call of [
      uploads.view('others', id),
      uploads.missingParts('others', id, { after: 0, limit: 1 }),
      uploads.complete('others', id),
      uploads.remove('others', id),
      uploads.claim('others', id, 'job-1'),
    ])
      await expect(call).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    expect((await view(id)).json).toMatchObject({ status: 'unfinished', offset: CONTENT.length });
  });
});

describe('an abandoned direct upload', () => {
  it('that is removed leaves nothing, and its URLs are dead', async () => {
    const upload = await begin();
    await put(upload, 2);
    expect((await left(upload.id)).sort()).toEqual(['direct.json', 'parts of content']);
    expect((await remove(upload.id)).status).toBe(204);
    expect(await left(upload.id)).toEqual([]);
    expect(await put(upload, 2)).toBe(404);
    expect((await complete(upload.id)).json.code).toBe('UPLOAD_NOT_FOUND');
  });

  it('expires, and the sweep leaves nothing of it', async () => {
    const upload = await begin();
    await put(upload, 2);
    api.now += 24 * HOUR_MS - 10_000;
    const late = (await parts(upload.id)).json;
    // No URL is good for longer than its upload.
    expect(late.urlsExpireAt).toBe(upload.expiresAt);
    await uploads.sweep();
    expect(await left(upload.id)).toHaveLength(2);
    api.now += 10_000;
    for (const answer of [await view(upload.id), await parts(upload.id), await complete(upload.id)])
      expect(answer.json.code).toBe('UPLOAD_NOT_FOUND');
    api.now += 60_000;
    await uploads.sweep();
    expect(await left(upload.id)).toEqual([]);
  });

  it('is kept when it is completed while the sweep already waits for it', async () => {
    const { id } = await whole({ sha256: sha256(CONTENT) });
    const { store } = api;
    const stream = store.stream.bind(store);
    let goOn = (): void => undefined;
    const reading = new Promise<void>((begun) => {
      store.stream = async (key, ...range) => {
        if (key === storeKeys.uploadContent(id)) {
          begun();
          await new Promise<void>((resolve) => (goOn = resolve));
        }
        return stream(key, ...range);
      };
    });
    const completed = complete(id);
    await reading;
    api.now += 25 * HOUR_MS;
    const { locker } = uploads;
    const newLock = locker.newLock.bind(locker);
    const waiting = new Promise<void>((begun) => {
      locker.newLock = (locked) => {
        if (locked === id) begun();
        return newLock(locked);
      };
    });
    const swept = uploads.sweep();
    await waiting;
    Object.assign(store, { stream });
    Object.assign(locker, { newLock });
    goOn();
    expect(await completed).toMatchObject({ status: 200, json: { status: 'complete' } });
    await swept;
    expect((await view(id)).json).toMatchObject({ status: 'complete', expiresAt: api.now + 24 * HOUR_MS });
    expect((await left(id)).sort()).toEqual(['content', 'upload.json']);
  });

  it('is gone, also for its client, when the store has given it up', async () => {
    const upload = await begin();
    await api.store.direct!.abort(await writeOf(upload.id));
    for (const answer of [await view(upload.id), await parts(upload.id), await complete(upload.id)])
      expect(answer.json.code).toBe('UPLOAD_NOT_FOUND');
    api.now += 25 * HOUR_MS;
    await uploads.sweep();
    expect(await left(upload.id)).toEqual([]);
  });

  it('of a removal that broke off is swept by its age', async () => {
    await api.store.put(storeKeys.uploadContent(UNKNOWN), 'what was left');
    await uploads.sweep();
    expect(await left(UNKNOWN)).toEqual(['content']);
    api.now += 25 * HOUR_MS;
    await uploads.sweep();
    expect(await left(UNKNOWN)).toEqual([]);
  });
});

describe('the quota of storage', () => {
  it('counts direct uploads by what they announce, until they are gone', async () => {
    const world = await startApiWithKeys({
      FRAMEFOLD_S3_ENDPOINT: server.endpoint,
      FRAMEFOLD_STORE: `s3://${server.bucket}/quota`,
    });
    try {
      world.api.now = Date.now();
      await world.setTenant('acme', { quotas: { storageBytes: 100 } });
      const key = await world.keyOf('acme');
      const send = (sizeBytes: number): Promise<Answer> =>
        world.send(key, 'POST', '/api/uploads/direct', { sizeBytes });
      const first = await send(60);
      expect(first.status).toBe(201);
      expect(await send(41)).toMatchObject({
        status: 429,
        json: { code: 'QUOTA_EXCEEDED', quota: 'storageBytes', limit: 100, used: 60 },
      });
      expect((await send(40)).status).toBe(201);
      expect((await world.send(key, 'DELETE', `/api/uploads/${first.json.id}`)).status).toBe(204);
      expect((await send(60)).status).toBe(201);
    } finally {
      await world.close();
    }
  });
});
