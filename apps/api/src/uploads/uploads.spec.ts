import { createHash } from 'node:crypto';
import { readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { CodedError, DEFAULT_TENANT, storeKeys } from '@framefold/domain';
import { happyLog } from '@framefold/domain/testing';
import { FakeCatalogue } from '@framefold/testing';
import { type Answer, type ApiUnderTest, startApi } from '../testing/api-under-test.ts';
import { Uploads } from './uploads.ts';

const HOUR_MS = 3_600_000;
const TUS = { 'tus-resumable': '1.0.0' };
const CONTENT = 'the content of a film';
const UNKNOWN = 'f'.repeat(32);
/** What the service notes beside the bytes of an upload. */
const NOTES = { tenantId: DEFAULT_TENANT, size: CONTENT.length, offset: 0, creation_date: new Date() };

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const sha1 = (content: string): string => `sha1 ${createHash('sha1').update(content).digest('base64')}`;

let api: ApiUnderTest;
let uploads: Uploads;
beforeEach(async () => {
  api = await startApi({ environment: { FRAMEFOLD_MAX_UPLOAD_BYTES: '1000' } });
  // Times of files are the file system's.
  api.now = Date.now();
  uploads = api.app.get(Uploads);
});
afterEach(() => api.close());

const create = (fields: Record<string, string> = {}, content?: string): Promise<Answer> =>
  api.send('POST', '/api/uploads', {
    headers: {
      ...TUS,
      'upload-length': String(CONTENT.length),
      'upload-metadata': `filename ${base64('a walk.mp4')},filetype ${base64('video/mp4')}`,
      ...(content === undefined ? {} : { 'content-type': 'application/offset+octet-stream' }),
      ...fields,
    },
    ...(content === undefined ? {} : { body: content }),
  });
const idOf = (answer: Answer): string => answer.headers.location?.split('/').at(-1) ?? '';
const begin = async (fields?: Record<string, string>): Promise<string> => idOf(await create(fields));
const patch = (
  id: string,
  offset: number,
  body: string,
  fields: Record<string, string> = {},
): Promise<Answer> =>
  api.send('PATCH', `/api/uploads/${id}`, {
    headers: {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      ...fields,
    },
    body,
  });
const head = (id: string): Promise<Answer> => api.send('HEAD', `/api/uploads/${id}`, { headers: TUS });
const view = (id: string): Promise<Answer> => api.send('GET', `/api/uploads/${id}`);
const remove = (id: string): Promise<Answer> => api.send('DELETE', `/api/uploads/${id}`, { headers: TUS });
const whole = async (): Promise<string> => {
  const id = await begin();
  await patch(id, 0, CONTENT);
  return id;
};
const onDisk = async (): Promise<string[]> => (await readdir(api.config.folders.uploads)).sort();
const stored = async (id: string): Promise<string | undefined> =>
  (await api.store.get(storeKeys.uploadContent(id)))?.toString();

/** Sends the beginning of a body and breaks the connection off when the API has got it. */
async function breakOff(
  method: string,
  path: string,
  headers: Record<string, string>,
  beginning: string,
  arrived: () => Promise<boolean>,
): Promise<void> {
  const sent = httpRequest({ host: '127.0.0.1', port: api.port, method, path, agent: false, headers });
  const closed = new Promise((resolve) => sent.on('error', () => undefined).on('close', resolve));
  sent.write(beginning);
  while (!(await arrived())) await setTimeout(5);
  sent.destroy();
  await closed;
}

describe('an upload by tus', () => {
  it('is described by OPTIONS', async () => {
    const { status, headers } = await api.send('OPTIONS', '/api/uploads');
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'tus-version': '1.0.0',
      'tus-max-size': '1000',
      'tus-extension': 'creation,creation-with-upload,termination,expiration,checksum',
      'tus-checksum-algorithm': expect.stringContaining('sha1'),
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('begins, goes on in pieces, and ends in the store', async () => {
    const created = await create();
    const id = idOf(created);
    expect(created).toMatchObject({
      status: 201,
      headers: { ...TUS, location: `/api/uploads/${id}` },
      json: { id, sourceUrl: `upload://${id}` },
    });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await head(id)).toMatchObject({ status: 200, headers: { 'upload-offset': '0' } });

    const first = await patch(id, 0, CONTENT.slice(0, 4));
    expect(first).toMatchObject({ status: 204, headers: { ...TUS, 'upload-offset': '4' } });
    const expiresAt = Date.parse(String(first.headers['upload-expires']));
    expect(Math.abs(expiresAt - (api.now + 24 * HOUR_MS))).toBeLessThan(60_000);
    expect((await view(id)).json).toMatchObject({
      status: 'unfinished',
      offset: 4,
      sizeBytes: CONTENT.length,
    });

    const last = await patch(id, 4, CONTENT.slice(4));
    expect(last).toMatchObject({ status: 204, headers: { 'upload-offset': String(CONTENT.length) } });
    expect((await view(id)).json).toEqual({
      id,
      filename: 'a walk.mp4',
      sizeBytes: CONTENT.length,
      offset: CONTENT.length,
      status: 'complete',
      createdAt: api.now,
      expiresAt: api.now + 24 * HOUR_MS,
      sha256: sha256(CONTENT),
    });
    expect(await stored(id)).toBe(CONTENT);
    expect(await onDisk()).toEqual([]);
    expect(await head(id)).toMatchObject({
      status: 200,
      headers: {
        'upload-offset': String(CONTENT.length),
        'upload-length': String(CONTENT.length),
        'upload-metadata': `filename ${base64('a walk.mp4')},filetype ${base64('video/mp4')}`,
      },
    });
    // Who did not hear the last answer may send it all over again.
    expect((await patch(id, CONTENT.length, '')).status).toBe(204);
    expect((await patch(id, 4, CONTENT.slice(4))).json.code).toBe('UPLOAD_OFFSET_CONFLICT');
  });

  it('goes through several proxies that each say where they were called', async () => {
    const forwarded = { 'x-forwarded-proto': 'https,http', 'x-forwarded-host': 'a.example, b.example' };
    const created = await create(forwarded);
    expect(created).toMatchObject({
      status: 201,
      headers: { location: `/api/uploads/${idOf(created)}` },
    });
    expect((await patch(idOf(created), 0, CONTENT, forwarded)).status).toBe(204);
    expect(await stored(idOf(created))).toBe(CONTENT);
  });

  it('takes bytes along with its creation', async () => {
    const answer = await create({}, CONTENT.slice(0, 7));
    expect(answer).toMatchObject({ status: 201, headers: { 'upload-offset': '7' } });
    expect((await patch(idOf(answer), 7, CONTENT.slice(7))).status).toBe(204);
    expect(await stored(idOf(answer))).toBe(CONTENT);
  });

  it('of nothing is complete at once', async () => {
    const begun = await create({ 'upload-length': '0' });
    expect(begun.headers['content-type']).toContain('application/json');
    const id = idOf(begun);
    expect((await view(id)).json).toMatchObject({ status: 'complete', sizeBytes: 0, sha256: sha256('') });
  });

  it('goes on where the disk is when the connection breaks off', async () => {
    const id = await begin();
    const headers = {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(CONTENT.length),
      'upload-offset': '0',
    };
    const arrived = async (): Promise<boolean> => (await view(id)).json.offset === 5;
    await breakOff('PATCH', `/api/uploads/${id}`, headers, CONTENT.slice(0, 5), arrived);
    expect((await head(id)).headers['upload-offset']).toBe('5');
    await patch(id, 5, CONTENT.slice(5));
    expect(await stored(id)).toBe(CONTENT);
  });

  it('lets one of several writers at once win, and the file is whole', async () => {
    const id = await begin();
    const answers = await Promise.all(Array.from({ length: 5 }, () => patch(id, 0, CONTENT)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { status } of answers) expect([204, 409, 423]).toContain(status);
    expect(await stored(id)).toBe(CONTENT);
  });

  it('can be removed, unfinished or complete', async () => {
    for (const id of [await begin(), await whole()]) {
      expect(await remove(id)).toMatchObject({ status: 204, headers: TUS });
      expect((await view(id)).json.code).toBe('UPLOAD_NOT_FOUND');
      expect((await head(id)).status).toBe(404);
      expect((await patch(id, 0, 'x')).json.code).toBe('UPLOAD_NOT_FOUND');
      expect((await remove(id)).json.code).toBe('UPLOAD_NOT_FOUND');
      expect(await stored(id)).toBeUndefined();
    }
    expect(await onDisk()).toEqual([]);
  });

  it.each([
    ['no version', () => create({ 'tus-resumable': '0.2.2' }), 412, 'TUS_VERSION_UNSUPPORTED'],
    ['no length', () => create({ 'upload-length': '' }), 400, 'TUS_REQUEST_INVALID'],
    ['a length that is no number', () => create({ 'upload-length': '1e3' }), 400, 'TUS_REQUEST_INVALID'],
    ['too great a length', () => create({ 'upload-length': '1001' }), 413, 'UPLOAD_TOO_LARGE'],
    [
      'metadata that is not base64',
      () => create({ 'upload-metadata': 'filename ???' }),
      400,
      'TUS_REQUEST_INVALID',
    ],
    [
      'a text',
      () => create({ 'upload-metadata': `filename ${base64('a.txt')}` }),
      415,
      'UPLOAD_KIND_REFUSED',
    ],
    [
      'a length that comes later',
      () =>
        api.send('POST', '/api/uploads', {
          headers: { ...TUS, 'upload-defer-length': '1' },
        }),
      400,
      'TUS_REQUEST_INVALID',
    ],
    [
      'a part of a file',
      () => create({ 'upload-length': '5', 'upload-concat': 'partial' }),
      400,
      'TUS_REQUEST_INVALID',
    ],
    [
      'a file of parts',
      () => create({ 'upload-concat': `final;/api/uploads/${UNKNOWN}` }),
      400,
      'TUS_REQUEST_INVALID',
    ],
    ['an unknown id', () => patch(UNKNOWN, 0, 'x'), 404, 'UPLOAD_NOT_FOUND'],
    ['a path as the id', () => view('..%2f..%2fx'), 404, 'UPLOAD_NOT_FOUND'],
    ['another name on disk', async () => view(`${await begin()}.json`), 404, 'UPLOAD_NOT_FOUND'],
    ['a wrong offset', async () => patch(await begin(), 1, 'x'), 409, 'UPLOAD_OFFSET_CONFLICT'],
    [
      'no offset',
      async () => patch(await begin(), 0, 'x', { 'upload-offset': '' }),
      400,
      'TUS_REQUEST_INVALID',
    ],
    [
      'JSON',
      async () => patch(await begin(), 0, '{}', { 'content-type': 'application/json' }),
      400,
      'TUS_REQUEST_INVALID',
    ],
    ['more than announced', async () => patch(await begin(), 0, `${CONTENT}!`), 413, 'UPLOAD_TOO_LARGE'],
    [
      'an unknown checksum',
      async () => patch(await begin(), 0, 'x', { 'upload-checksum': 'crc7 AAAA' }),
      400,
      'TUS_REQUEST_INVALID',
    ],
  ])('refuses %s', async (_, send, status, code) => {
    const answer = await send();
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      json: { code },
    });
  });

  it('does not follow whoever sends more than was announced, without a length', async () => {
    const id = await begin();
    const answer = await patch(id, 0, `${CONTENT}!`, { 'transfer-encoding': 'chunked' });
    expect(answer.json.code).toBe('UPLOAD_TOO_LARGE');
    expect((await view(id)).json.status).toBe('unfinished');
  });
});

describe('many uploads that end at once', () => {
  it('go into the store two at a time, and all arrive', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => begin()));
    const { store } = api;
    const [put, putFile] = [store.put.bind(store), store.putFile.bind(store)];
    let [records, running, most] = [0, 0, 0];
    store.put = async (key, body) => {
      await put(key, body);
      records += 1;
    };
    store.putFile = async (key, path) => {
      most = Math.max(most, (running += 1));
      // All have come so far that nothing but the limit is before them.
      while (records < ids.length) await setTimeout(5);
      await setImmediate();
      await putFile(key, path);
      running -= 1;
    };
    const answers = await Promise.all(ids.map((id) => patch(id, 0, CONTENT)));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 204));
    expect(most).toBe(2);
    for (const id of ids) expect(await stored(id)).toBe(CONTENT);
  });

  it('make way for the next also when they fail', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => begin()));
    const { store } = api;
    const { putFile } = store;
    store.putFile = () => Promise.reject(new CodedError('STORE_UNAVAILABLE', 'The store is away.'));
    for (const id of ids) expect((await patch(id, 0, CONTENT)).json.code).toBe('STORE_UNAVAILABLE');
    store.putFile = putFile.bind(store);
    await uploads.sweep();
    for (const id of ids) expect(await stored(id)).toBe(CONTENT);
  });
});

describe('a sender that pauses for too long', () => {
  const HEADERS = {
    ...TUS,
    'content-type': 'application/offset+octet-stream',
    'content-length': String(CONTENT.length),
    'upload-offset': '0',
  };

  /** Sends the beginning of a body and no more; what is answered, and that the connection ends. */
  const stall = (
    method: string,
    path: string,
    headers: Record<string, string>,
    beginning: string,
  ): Promise<{ status: number | undefined; text: string }> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        { host: '127.0.0.1', port: api.port, method, path, agent: false, headers },
        (answer) => {
          let text = '';
          answer.on('data', (part: Buffer) => (text += part.toString()));
          answer.once('close', () => resolve({ status: answer.statusCode, text }));
        },
      );
      sent.on('error', reject);
      sent.write(beginning);
    });

  beforeEach(() => (uploads.unfinished.idleMs = 100));

  it('is told so, lets go of the upload, and goes on where the disk is', async () => {
    const id = await begin();
    const { status, text } = await stall('PATCH', `/api/uploads/${id}`, HEADERS, CONTENT.slice(0, 5));
    expect([status, JSON.parse(text)]).toMatchObject([408, { code: 'UPLOAD_STALLED' }]);
    const lock = uploads.locker.newLock(id);
    // Nobody has to be asked for it.
    await lock.lock(new AbortController().signal, () => undefined);
    await lock.unlock();
    expect((await head(id)).headers['upload-offset']).toBe('5');
    expect((await patch(id, 5, CONTENT.slice(5))).status).toBe(204);
    expect(await stored(id)).toBe(CONTENT);
  });

  it('leaves nothing of a form', async () => {
    const type = 'multipart/form-data; boundary=xYzZY';
    const beginning =
      '--xYzZY\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n' + 'x'.repeat(200);
    const headers = { 'content-type': type, 'content-length': '900' };
    const { status, text } = await stall('POST', '/api/uploads', headers, beginning);
    expect([status, JSON.parse(text)]).toMatchObject([408, { code: 'UPLOAD_STALLED' }]);
    expect(await onDisk()).toEqual([]);
  });
});

describe('a disk without room', () => {
  const HUGE = String(10 ** 15 - 1);
  let small: ApiUnderTest;
  beforeEach(async () => {
    small = await startApi({ environment: { FRAMEFOLD_MAX_UPLOAD_BYTES: HUGE } });
  });
  afterEach(() => small.close());

  it('takes no upload that it could not hold', async () => {
    const answer = await small.send('POST', '/api/uploads', { headers: { ...TUS, 'upload-length': HUGE } });
    expect(answer).toMatchObject({
      status: 507,
      json: { code: 'UPLOAD_NO_ROOM', hint: expect.stringContaining('disk space') },
    });
    expect(await readdir(small.config.folders.uploads)).toEqual([]);
  });

  it('takes no form that it could not hold, before its file comes', async () => {
    const answer = new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          ...{ host: '127.0.0.1', port: small.port, method: 'POST', path: '/api/uploads', agent: false },
          headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': HUGE },
        },
        ({ statusCode }) => {
          sent.destroy();
          resolve(statusCode);
        },
      );
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(await answer).toBe(507);
  });
});

describe('checksums', () => {
  it('that fit change nothing', async () => {
    const id = await begin();
    expect((await patch(id, 0, CONTENT, { 'upload-checksum': sha1(CONTENT) })).status).toBe(204);
    expect(await stored(id)).toBe(CONTENT);
    expect(await onDisk()).toEqual([]);
  });

  it('that do not fit discard what came with them', async () => {
    const id = await begin();
    await patch(id, 0, CONTENT.slice(0, 3));
    const broken = await patch(id, 3, 'x'.repeat(CONTENT.length - 3), { 'upload-checksum': sha1('y') });
    expect(broken).toMatchObject({ status: 460, json: { code: 'UPLOAD_CHECKSUM_MISMATCH' } });
    expect((await head(id)).headers['upload-offset']).toBe('3');
    expect((await view(id)).json).toMatchObject({ offset: 3, status: 'unfinished' });
    expect((await patch(id, 3, CONTENT.slice(3))).status).toBe(204);
    expect(await stored(id)).toBe(CONTENT);
  });

  it('do not let bytes count that were never compared', async () => {
    const id = await begin();
    const headers = {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(CONTENT.length),
      'upload-offset': '0',
      'upload-checksum': sha1(CONTENT),
    };
    const path = join(api.config.folders.uploads, id);
    const arrived = async (): Promise<boolean> => (await readFile(path, 'utf8')).length === 9;
    await breakOff('PATCH', `/api/uploads/${id}`, headers, 'x'.repeat(9), arrived);
    expect((await head(id)).headers['upload-offset']).toBe('0');
    await patch(id, 0, CONTENT.slice(0, 2));
    expect((await head(id)).headers['upload-offset']).toBe('2');
  });

  it('for whose note the disk has no room lose nothing that counted', async () => {
    const id = await begin();
    await patch(id, 0, CONTENT.slice(0, 3));
    const sent = { 'upload-checksum': sha1('y') };
    await patch(id, 3, 'xx', sent);
    const note = join(api.config.folders.uploads, `${id}.unverified`);
    // Where the next one is written, and every write meets a full disk.
    await symlink('/dev/full', `${note}.new`);
    expect((await patch(id, 3, 'xx', sent)).json.code).toBe('STORE_FULL');
    expect(await readFile(note, 'utf8')).toBe('3');
    expect((await head(id)).headers['upload-offset']).toBe('3');
    await patch(id, 3, CONTENT.slice(3));
    expect(await stored(id)).toBe(CONTENT);
    expect(await onDisk()).toEqual([]);
  });
});

describe('an upload in a form', () => {
  const BOUNDARY = 'xYzZY';
  const part = (name: string, disposition: string, content: string): string =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${disposition}\r\n\r\n${content}\r\n`;
  const file = (content: string, filename = 'a walk.mp4'): string =>
    part('file', `; filename="${filename}"`, content);
  const type = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  const post = (...parts: string[]): Promise<Answer> => postWith({}, ...parts);
  const postWith = (headers: Record<string, string>, ...parts: string[]): Promise<Answer> =>
    api.send('POST', '/api/uploads', {
      headers: { ...type, ...headers },
      body: `${parts.join('')}--${BOUNDARY}--\r\n`,
    });

  it('is complete with the answer', async () => {
    const answer = await post(part('note', '', 'ignored'), file(CONTENT));
    const { id } = answer.json;
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `/api/uploads/${id}` },
      json: { id, sourceUrl: `upload://${id}` },
    });
    expect((await view(id)).json).toMatchObject({
      filename: 'a walk.mp4',
      status: 'complete',
      sizeBytes: CONTENT.length,
      sha256: sha256(CONTENT),
    });
    expect(await stored(id)).toBe(CONTENT);
    expect(await onDisk()).toEqual([]);
  });

  it('is a form also for who says that it speaks tus', async () => {
    const answer = await postWith(TUS, file(CONTENT));
    expect(await stored(answer.json.id)).toBe(CONTENT);
  });

  it.each([
    ['without a file', () => post(part('note', '', 'x')), 400, 'UPLOAD_FORM_INVALID'],
    ['without anything', () => post(), 400, 'UPLOAD_FORM_INVALID'],
    ['with two files', () => post(file(CONTENT), file(CONTENT)), 400, 'UPLOAD_FORM_INVALID'],
    ['with a text', () => post(file(CONTENT, 'a.txt')), 415, 'UPLOAD_KIND_REFUSED'],
    ['with too large a file', () => post(file('x'.repeat(1001))), 413, 'UPLOAD_TOO_LARGE'],
    [
      'that ends too early',
      () => api.send('POST', '/api/uploads', { headers: type, body: file(CONTENT) }),
      400,
      'UPLOAD_FORM_INVALID',
    ],
    [
      'with a header that tus does not know so',
      () => postWith({ 'upload-length': '1e3' }, file(CONTENT)),
      400,
      'TUS_REQUEST_INVALID',
    ],
    [
      'by another version of tus',
      () => postWith({ 'tus-resumable': '0.2.2' }, file(CONTENT)),
      412,
      'TUS_VERSION_UNSUPPORTED',
    ],
    ['that is none', () => api.send('POST', '/api/uploads', { body: {} }), 400, 'UPLOAD_FORM_INVALID'],
    ['that has no body', () => api.send('POST', '/api/uploads'), 400, 'UPLOAD_FORM_INVALID'],
  ])('%s is refused and leaves nothing', async (_, send, status, code) => {
    expect(await send()).toMatchObject({ status, json: { code } });
    expect(await onDisk()).toEqual([]);
    for await (const { key } of api.store.list(storeKeys.uploads())) expect(key).toBe('none');
  });

  it('leaves nothing when the connection breaks off', async () => {
    const arrived = async (): Promise<boolean> => {
      const [id] = await onDisk();
      return (
        id !== undefined && (await readFile(join(api.config.folders.uploads, id), 'utf8')).startsWith('xxx')
      );
    };
    const beginning = file('x'.repeat(500)).slice(0, 400);
    await breakOff('POST', '/api/uploads', { ...type, 'content-length': '900' }, beginning, arrived);
    while ((await onDisk()).length > 0) await setTimeout(5);
  });
});

describe("another tenant's upload", () => {
  it('is as if it were not there, unfinished or complete', async () => {
    for (const id of [await begin(), await whole()]) {
      for (const call of [
        uploads.view('others', id),
        uploads.remove('others', id),
        uploads.claim('others', id, 'job-1'),
      ])
        await expect(call).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
      expect((await view(id)).status).toBe(200);
    }
  });
});

describe('a job from an upload', () => {
  const submit = (body: object): Promise<Answer> => api.send('POST', '/api/transcode', { body });

  it('is named after the file, and keeps the upload until it has ended', async () => {
    const id = await whole();
    const { status, json } = await submit({ sourceUrl: `upload://${id}` });
    expect(status).toBe(201);
    expect(api.temporal.started).toMatchObject([
      { jobId: json.jobId, request: { sourceUrl: `upload://${id}`, title: 'a walk' } },
    ]);
    api.now += 1000 * HOUR_MS;
    expect((await view(id)).json).not.toHaveProperty('expiresAt');
    await uploads.sweep();
    expect((await view(id)).status).toBe(200);

    const [, ...rest] = happyLog();
    await api.catalogue.append(
      rest.map((event, index) => ({ jobId: json.jobId, stream: 'job', sequence: index + 1, event })),
    );
    await uploads.sweep();
    expect((await view(id)).json.code).toBe('UPLOAD_NOT_FOUND');
    expect(await stored(id)).toBeUndefined();
  });

  it.each([
    ['while it runs in Temporal', true],
    ['while Temporal cannot be asked', undefined],
    ['no longer than it runs there', false],
  ])('keeps the upload where the catalogue is lost, %s', async (_, running) => {
    const id = await whole();
    const { json } = await submit({ sourceUrl: `upload://${id}` });
    api.backends.catalogue = new FakeCatalogue();
    if (running === undefined) api.temporal.failure = new Error('Temporal is away.');
    else api.temporal.histories.set(json.jobId, { running, log: [] });
    api.now += 25 * HOUR_MS;
    const swept = uploads.sweep();
    const away = { errors: [{ cause: { message: expect.stringContaining('away') } }] };
    await (running === undefined ? expect(swept).rejects.toMatchObject(away) : swept);
    expect(await stored(id)).toBe(running === false ? undefined : CONTENT);
  });

  it('is looked at together with all others that took the upload', async () => {
    const id = await whole();
    for (let jobs = 0; jobs < 3; jobs++) await submit({ sourceUrl: `upload://${id}` });
    const { catalogue } = api;
    const [unended, asked] = [catalogue.unended.bind(catalogue), [] as number[]];
    catalogue.unended = (jobIds) => {
      asked.push(jobIds.length);
      return unended(jobIds);
    };
    catalogue.job = () => Promise.reject(new Error('A job was looked at by itself.'));
    expect((await view(id)).json).not.toHaveProperty('expiresAt');
    expect(asked).toEqual([3]);
  });

  it('keeps the title that was asked for', async () => {
    const sourceUrl = `upload://${await whole()}`;
    await submit({ sourceUrl, title: 'My film' });
    expect(api.temporal.started).toMatchObject([{ request: { title: 'My film' } }]);
  });

  it.each([
    ['an upload that is not there', async () => ({ sourceUrl: `upload://${UNKNOWN}` }), 'sourceUrl'],
    ['one that is not complete', async () => ({ sourceUrl: `upload://${await begin()}` }), 'sourceUrl'],
    [
      'one that has expired',
      async () => {
        const id = await whole();
        api.now += 24 * HOUR_MS;
        return { sourceUrl: `upload://${id}` };
      },
      'sourceUrl',
    ],
    [
      'one that is to be shown behind another',
      async () => ({
        sourceUrl: `upload://${await whole()}`,
        append: [{ sourceUrl: 'https://media.example/a.mp4' }, { sourceUrl: `upload://${UNKNOWN}` }],
      }),
      'append.1.sourceUrl',
    ],
  ])('is refused for %s', async (_, body, path) => {
    expect(await submit(await body())).toMatchObject({
      status: 400,
      json: { code: 'UPLOAD_NOT_USABLE', errors: [{ path }] },
    });
    expect(api.temporal.started).toEqual([]);
  });

  it('is refused for what is no id at all', async () => {
    const { status, json } = await submit({ sourceUrl: 'upload://../../etc' });
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { code: 'VALIDATION_FAILED', errors: [{ path: 'sourceUrl' }] },
    });
  });
});

describe('the sweep', () => {
  /** What a process leaves on disk that is killed between the last byte and the store; written now. */
  const leaveWhole = async (id: string): Promise<void> => {
    const path = join(api.config.folders.uploads, id);
    await writeFile(`${path}.json`, JSON.stringify({ ...NOTES, id }));
    await writeFile(path, CONTENT);
    for (const name of [path, `${path}.json`]) await utimes(name, api.now / 1000, api.now / 1000);
  };

  it('removes uploads 24 hours after their last byte, and no others', async () => {
    const unfinished = await begin();
    await patch(unfinished, 0, CONTENT.slice(0, 3));
    const complete = await whole();
    api.now += 24 * HOUR_MS - 10_000;
    await uploads.sweep();
    expect((await view(unfinished)).status).toBe(200);
    expect((await view(complete)).status).toBe(200);

    const fresh = await begin();
    const path = join(api.config.folders.uploads, fresh);
    for (const name of [path, `${path}.json`]) await utimes(name, api.now / 1000, api.now / 1000);
    api.now += 2 * 60_000;
    expect((await patch(unfinished, 3, CONTENT.slice(3))).json.code).toBe('UPLOAD_NOT_FOUND');
    await uploads.sweep();
    expect(await onDisk()).toEqual([fresh, `${fresh}.json`]);
    expect(await stored(complete)).toBeUndefined();
  });

  it('keeps an unfinished one that goes on while the sweep is busy with others', async () => {
    const id = await begin();
    const path = join(api.config.folders.uploads, id);
    const long = api.now / 1000 - 24 * 3600 + 60;
    for (const name of [path, `${path}.json`]) await utimes(name, long, long);
    const { unfinished } = uploads;
    const all = unfinished.all.bind(unfinished);
    unfinished.all = async () => {
      const found = await all();
      expect((await patch(id, 0, CONTENT.slice(0, 3))).status).toBe(204);
      api.now += 3 * 60_000;
      return found;
    };
    await uploads.sweep();
    expect((await view(id)).json).toMatchObject({ status: 'unfinished', offset: 3 });
  });

  it('gives whoever has just taken an upload a minute', async () => {
    const id = await whole();
    api.now += 24 * HOUR_MS;
    await uploads.sweep();
    expect(await stored(id)).toBe(CONTENT);
  });

  it('brings in what a killed process left whole on disk, at whatever step it was', async () => {
    const { uploads: folder } = api.config.folders;
    const id = await whole();
    const record = (await api.store.get(storeKeys.uploadRecord(id)))!;
    const info = JSON.stringify({ ...NOTES, id });

    // All bytes are there, nothing is in the store; then also the record is; then only the notes are left over.
    for (const left of [[], ['record'], ['record', 'content']]) {
      await api.store.deleteAll(storeKeys.upload(id));
      await writeFile(join(folder, `${id}.json`), info);
      if (left.includes('record')) await api.store.put(storeKeys.uploadRecord(id), record);
      if (left.includes('content')) await api.store.put(storeKeys.uploadContent(id), CONTENT);
      else await writeFile(join(folder, id), CONTENT);
      await uploads.sweep();
      expect((await view(id)).json).toMatchObject({ status: 'complete', sha256: sha256(CONTENT) });
      expect(await onDisk()).toEqual([]);
    }
  });

  it('brings it in also for the client that comes back before', async () => {
    const id = 'a'.repeat(32);
    await leaveWhole(id);
    expect((await view(id)).json.status).toBe('unfinished');
    expect((await head(id)).headers['upload-offset']).toBe(String(CONTENT.length));
    expect((await view(id)).json).toMatchObject({ status: 'complete', sha256: sha256(CONTENT) });
  });

  it('goes on when one upload cannot be brought in, and removes that when it has expired', async () => {
    const complete = await whole();
    api.now += 25 * HOUR_MS;
    const [bad, good] = ['a'.repeat(32), 'b'.repeat(32)];
    for (const id of [bad, good]) await leaveWhole(id);
    const { store } = api;
    const [put, stillThere] = [store.put.bind(store), [] as boolean[]];
    store.put = async (key, body) => {
      if (key !== storeKeys.uploadRecord(bad)) return put(key, body);
      stillThere.push((await stored(complete)) !== undefined);
      throw new CodedError('STORE_FULL', 'The disk of the store is full.');
    };
    const failed = { errors: [{ message: expect.stringContaining(bad), cause: { code: 'STORE_FULL' } }] };
    await expect(uploads.sweep()).rejects.toMatchObject(failed);
    // What had expired went first, so that there is room.
    expect(stillThere).toEqual([false]);
    expect(await stored(good)).toBe(CONTENT);
    expect(await onDisk()).toEqual([bad, `${bad}.json`]);

    api.now += 25 * HOUR_MS;
    await expect(uploads.sweep()).rejects.toMatchObject(failed);
    expect(await onDisk()).toEqual([]);
    await uploads.sweep();
  });

  it('removes what was abandoned on disk also while the store is away', async () => {
    await begin();
    api.now += 25 * HOUR_MS;
    api.store.list = () => {
      throw new CodedError('STORE_UNAVAILABLE', 'The store is away.');
    };
    await expect(uploads.sweep()).rejects.toMatchObject({
      errors: [{ cause: { code: 'STORE_UNAVAILABLE' } }],
    });
    expect(await onDisk()).toEqual([]);
  });

  it('removes what was abandoned half-way', async () => {
    const { uploads: folder } = api.config.folders;
    await writeFile(join(folder, 'b'.repeat(32)), 'a form that broke off with its process');
    await writeFile(join(folder, `${'c'.repeat(32)}.json`), '{}');
    await api.store.put(storeKeys.uploadRecord('d'.repeat(32)), '{}');
    await uploads.sweep();
    expect(await onDisk()).toHaveLength(2);
    api.now += 25 * HOUR_MS;
    await uploads.sweep();
    expect(await onDisk()).toEqual([]);
    expect(await api.store.head(storeKeys.uploadRecord('d'.repeat(32)))).toBeUndefined();
  });
});
