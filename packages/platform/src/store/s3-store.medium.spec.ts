import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { startCuttingProxy, startS3Server, type S3Server } from '@framefold/testing';
import { createStore } from './create-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createS3Client } from './s3-client.ts';
import { createS3Store } from './s3-store.ts';
import { describeObjectStore } from './store-contract.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
  Object.assign(process.env, server.env);
});
afterAll(() => server.stop());

const access = (): { endpoint: string; region: string; pathStyle: boolean } => ({
  endpoint: server.endpoint,
  region: 'us-east-1',
  pathStyle: true,
});
/** A store that nobody else uses. */
const make = (bucket = server.bucket): Promise<ObjectStore> =>
  createStore({ kind: 's3', bucket, prefix: `${randomUUID()}/`, access: access() });

describeObjectStore('S3', make);

describe('an S3 store', () => {
  const day = 24 * 3600 * 1000;
  const storeAt = (
    prefix: string,
    fields: { now?: () => number; copyPartBytes?: number } = {},
  ): ObjectStore =>
    createS3Store({ client: createS3Client(access()), bucket: server.bucket, prefix, ...fields });

  it('keeps to its prefix', async () => {
    const [one, other] = [storeAt('keep/one/'), storeAt('keep/other/')];
    await one.put('a/b', '1');
    await other.put('a/b', '2');
    await one.deleteAll('a/');
    expect(await one.get('a/b')).toBeUndefined();
    expect(String(await other.get('a/b'))).toBe('2');
    expect(await server.keys('keep/')).toEqual(['keep/other/a/b']);
  });

  it('lists and removes more than one answer holds', async () => {
    const store = storeAt('many/');
    const keys = Array.from({ length: 1_050 }, (_, index) => `all/${String(index).padStart(5, '0')}`);
    for (let first = 0; first < keys.length; first += 50)
      await Promise.all(keys.slice(first, first + 50).map((key) => store.put(key, '')));
    const found: string[] = [];
    for await (const { key } of store.list('all/')) found.push(key);
    expect(found).toEqual(keys);
    await store.deleteAll('all/');
    for await (const { key } of store.list('all/')) throw new Error(`${key} is left.`);
  });

  it('copies in parts what is too large for one request', async () => {
    const store = storeAt('copy/', { copyPartBytes: 5 * 1024 ** 2 });
    const content = randomBytes(12 * 1024 ** 2 + 3);
    await store.put('from', content);
    expect(await store.copy('from', 'to')).toBe(true);
    const copied = (await store.get('to')) ?? Buffer.alloc(0);
    expect(createHash('sha256').update(copied).digest('hex')).toBe(
      createHash('sha256').update(content).digest('hex'),
    );
    expect(await server.unfinishedKeys('copy/')).toEqual([]);
  });

  it('sweeps uploads that nobody finishes, and no others', async () => {
    const begin = { Bucket: server.bucket, Key: 'swept/half' };
    await server.client.send(new CreateMultipartUploadCommand(begin));
    await server.client.send(new CreateMultipartUploadCommand({ ...begin, Key: 'beside/half' }));
    await storeAt('swept/').sweep();
    expect(await server.unfinishedKeys('swept/')).toEqual(['swept/half']);
    await storeAt('swept/', { now: () => Date.now() + day + 60_000 }).sweep();
    expect(await server.unfinishedKeys('swept/')).toEqual([]);
    expect(await server.unfinishedKeys('beside/')).toEqual(['beside/half']);
  });

  it('signs URLs for the address under which others find the service', async () => {
    const proxy = await startCuttingProxy(Number(new URL(server.endpoint).port));
    try {
      const publicEndpoint = `http://127.0.0.1:${proxy.port}`;
      const place = { bucket: server.bucket, prefix: 'public/', access: { ...access(), publicEndpoint } };
      const store = await createStore({ kind: 's3', ...place });
      await store.put('a', 'read');
      expect(proxy.requests).toBe(0);
      const read = (await store.presign('a', { expiresSeconds: 60 })) ?? '';
      expect(await (await fetch(read)).text()).toBe('read');
      const write = (await store.direct?.begin('b')) ?? { key: '', id: '' };
      const part = { number: 1, sizeBytes: 7 };
      const url = (await store.direct?.presign(write, part, { expiresSeconds: 60 })) ?? '';
      for (const { host } of [new URL(read), new URL(url)]) expect(host).toBe(`127.0.0.1:${proxy.port}`);
      expect((await fetch(url, { method: 'PUT', body: 'written' })).status).toBe(200);
      expect(await store.direct?.join(write)).toBe(true);
      expect(String(await store.get('b'))).toBe('written');
    } finally {
      await proxy.close();
    }
  });

  it("says STORE_UNAVAILABLE of a file that it may not or can't put", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'framefold-s3-file-'));
    try {
      const file = join(folder, 'file');
      await writeFile(file, randomBytes(1024));
      await expect((await make('no-such-bucket')).putFile('a', file)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
      await expect(storeAt('gone/').putFile('a', join(folder, 'missing'))).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says STORE_UNAVAILABLE, and why, of a bucket that is not there and of credentials that are wrong', async () => {
    const missing = await make('no-such-bucket');
    await expect(missing.put('a', 'x')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      detail: { cause: expect.stringContaining('AccessDenied') },
    });
    await expect(missing.get('a')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      detail: { cause: expect.stringContaining('NoSuchBucket') },
    });
    const refused = { ...server.env };
    process.env.AWS_SECRET_ACCESS_KEY = 'wrong';
    try {
      const store = await make();
      await expect(store.put('a', 'x')).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        detail: { cause: expect.stringContaining('SignatureDoesNotMatch') },
      });
    } finally {
      Object.assign(process.env, refused);
    }
  });

  it('says STORE_UNAVAILABLE while the server is gone, and goes on when it is back', async () => {
    const store = storeAt('killed/');
    await store.put('before', 'kept');
    expect(await store.putIfAbsent('once', 'first')).toBe(true);
    await server.kill();
    for (const attempt of [
      store.put('during', 'x'),
      store.putIfAbsent('during', 'x'),
      store.get('before'),
      store.head('before'),
      store.deleteAll('d/'),
      store.copy('before', 'after'),
      store.direct?.begin('during'),
      store.sweep(),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await server.start();
    expect(String(await store.get('before'))).toBe('kept');
    expect(await store.putIfAbsent('once', 'second')).toBe(false);
    await store.put('after', 'x');
    const found: string[] = [];
    await store.put('p/after', 'x');
    for await (const { key } of store.list('p/')) found.push(key);
    expect(found).toEqual(['p/after']);
  });
});
