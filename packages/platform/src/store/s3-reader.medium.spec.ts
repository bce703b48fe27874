import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { startCuttingProxy, startS3Server, type CuttingProxy, type S3Server } from '@framefold/testing';
import { createStore } from './create-store.ts';
import type { ObjectStore } from './object-store.ts';

/** More than any buffer on the way holds, so that a connection breaks in the middle of a stream. */
const CONTENT = randomBytes(6 * 1024 ** 2);
const MIDDLE = 3 * 1024 ** 2;

describe('reading from S3 over a bad line', () => {
  let server: S3Server;
  let proxy: CuttingProxy;
  let store: ObjectStore;
  beforeAll(async () => {
    server = await startS3Server();
    Object.assign(process.env, server.env);
    proxy = await startCuttingProxy(Number(new URL(server.endpoint).port));
    store = await createStore({
      kind: 's3',
      bucket: server.bucket,
      prefix: '',
      access: { endpoint: `http://127.0.0.1:${proxy.port}`, region: 'us-east-1', pathStyle: true },
    });
  });
  afterAll(async () => {
    await proxy.close();
    await server.stop();
  });
  beforeEach(() => server.put(server.bucket, 'a', CONTENT));

  it('goes on where the connection broke', async () => {
    proxy.cuts = [MIDDLE, 1024, MIDDLE];
    const before = proxy.requests;
    const read = await store.get('a');
    expect(read?.equals(CONTENT)).toBe(true);
    expect(proxy.requests - before).toBeGreaterThanOrEqual(4);
  });

  it('goes on inside of a range', async () => {
    proxy.cuts = [MIDDLE];
    const range = { start: 1_000, end: CONTENT.length - 1_000 };
    const stream = await store.stream('a', range);
    const read = Buffer.concat((await stream?.toArray()) ?? []);
    expect(read.equals(CONTENT.subarray(range.start, range.end))).toBe(true);
  });

  it('never mixes two versions of an object', async () => {
    proxy.cuts = [MIDDLE];
    const stream = await store.stream('a');
    const chunks = (stream ?? Readable.from([]))[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    await chunks.next();
    await server.put(server.bucket, 'a', randomBytes(CONTENT.length));
    const readOn = async (): Promise<void> => {
      while ((await chunks.next()).done !== true);
    };
    await expect(readOn()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('gives up when no byte comes any more', async () => {
    proxy.cuts = [MIDDLE, ...Array<number>(40).fill(10)];
    await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    proxy.cuts = [];
  });
});
