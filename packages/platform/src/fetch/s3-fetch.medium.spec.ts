import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCuttingProxy, startS3Server, type CuttingProxy, type S3Server } from '@framefold/testing';
import { ForbiddenUrlError } from './address-guard.ts';
import { downloadTo } from './download.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { createS3Fetch } from './s3-fetch.ts';

const BUCKET = 'films';
const KEY = 'some folder/a film + ü.mp4';
const URL_OF_FILM = new URL('s3://films/some folder/a film + ü.mp4');
const CONTENT = randomBytes(6 * 1024 ** 2);

describe('fetching from S3', () => {
  let server: S3Server;
  let proxy: CuttingProxy;
  let fetch: GuardedFetch;
  let folder: string;
  beforeAll(async () => {
    server = await startS3Server();
    Object.assign(process.env, server.env);
    await server.makeBucket(BUCKET);
    await server.makeBucket('others');
    for (const bucket of [BUCKET, 'others']) await put(CONTENT, bucket);
    await server.put(BUCKET, `own/store/${KEY}`, CONTENT);
    await server.put(BUCKET, `own/store-2/${KEY}`, CONTENT);
    proxy = await startCuttingProxy(Number(new URL(server.endpoint).port));
    const access = { endpoint: `http://127.0.0.1:${proxy.port}`, region: 'us-east-1', pathStyle: true };
    fetch = createS3Fetch({ access, buckets: [BUCKET], own: { bucket: BUCKET, prefix: 'own/store/' } });
  });
  afterAll(async () => {
    await proxy.close();
    await server.stop();
  });
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'framefold-s3-fetch-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const put = (body: Buffer, bucket = BUCKET): Promise<void> => server.put(bucket, KEY, body);
  const download = (url: URL): Promise<number> =>
    downloadTo(fetch, url, join(folder, 'film'), {
      maxBytes: CONTENT.length,
      signal: new AbortController().signal,
      pausesSeconds: [],
    });
  const downloaded = (): Promise<Buffer> => readFile(join(folder, 'film'));

  it('downloads with the credentials of the program', async () => {
    expect(await download(URL_OF_FILM)).toBe(CONTENT.length);
    expect((await downloaded()).equals(CONTENT)).toBe(true);
  });

  it('goes on where it broke off', async () => {
    proxy.cuts = [3 * 1024 ** 2];
    await expect(download(URL_OF_FILM)).rejects.toMatchObject({ code: 'SOURCE_INTERRUPTED' });
    const had = (await downloaded()).length;
    expect(had).toBeGreaterThan(1024 ** 2);
    expect(await download(URL_OF_FILM)).toBe(CONTENT.length);
    expect((await downloaded()).equals(CONTENT)).toBe(true);
  });

  it('begins anew when the object is another by now', async () => {
    proxy.cuts = [3 * 1024 ** 2];
    await expect(download(URL_OF_FILM)).rejects.toMatchObject({ code: 'SOURCE_INTERRUPTED' });
    const other = randomBytes(CONTENT.length - 5);
    await put(other);
    expect(await download(URL_OF_FILM)).toBe(other.length);
    expect((await downloaded()).equals(other)).toBe(true);
    await put(CONTENT);
  });

  it.each([
    ['of buckets that are not listed', 's3://others/some folder/a film + ü.mp4', 'SOURCE_FORBIDDEN'],
    ['that are not there', 's3://films/no film.mp4', 'SOURCE_NOT_FOUND'],
  ])('gives no objects %s', async (_, url, code) => {
    await expect(download(new URL(url))).rejects.toMatchObject({ code });
  });

  it.each([
    's3://films/own/store/FILM',
    's3://films/own%2Fstore/FILM',
    's3://films/%6fwn/store/FILM',
    's3://films//own///store/FILM',
    's3://films/own/x/../store/FILM',
    's3://films/own%2Fx%2F..%2F.%2Fstore/FILM',
    's3://films/%2e%2e%2Ffilms%2Fown/store/FILM',
    's3://films/x%2F..%2F..%2Fothers/FILM',
  ])('gives nothing of the store, nor what leads out of the bucket: %s', async (url) => {
    await expect(download(new URL(url.replace('FILM', KEY)))).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
  });

  it('gives what lies beside the store', async () => {
    expect(await download(new URL(`s3://films/own/store-2/${KEY}`))).toBe(CONTENT.length);
  });

  it('gives nothing of a bucket that is all the store', async () => {
    const access = { endpoint: server.endpoint, region: 'us-east-1', pathStyle: true };
    const own = { bucket: BUCKET, prefix: '' };
    const bare = createS3Fetch({ access, buckets: [BUCKET, 'others'], own });
    const status = async (url: string): Promise<number> => {
      const answer = await bare(new URL(url));
      answer.body.destroy();
      return answer.status;
    };
    await expect(status(URL_OF_FILM.href)).rejects.toThrow(ForbiddenUrlError);
    expect(await status(URL_OF_FILM.href.replace(BUCKET, 'others'))).toBe(200);
  });

  it('says nothing of signatures when the service refuses', async () => {
    const right = { ...server.env };
    process.env.AWS_SECRET_ACCESS_KEY = 'wrong';
    try {
      const access = { endpoint: server.endpoint, region: 'us-east-1', pathStyle: true };
      fetch = createS3Fetch({ access, buckets: [BUCKET] });
      const error: unknown = await download(URL_OF_FILM).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/X-Amz/i);
    } finally {
      Object.assign(process.env, right);
    }
  });
});
