import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { storeKeys } from '@framefold/domain';
import { request } from '@framefold/domain/testing';
import {
  createFolderStore,
  openScratch,
  type GuardedFetch,
  type ObjectStore,
  type ScratchSpace,
  type WebAnswer,
} from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import { noCopies } from '../testing/no-copies.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { ingestSource } from './ingest-source.ts';

const HTTP_URL = 'https://media.example/films/walk.MP4?signature=secret';
const KEY = 'jobs/job-1/source/source.mp4';

const answer = (
  status: number,
  headers: Record<string, string>,
  ...chunks: (string | Error)[]
): WebAnswer => ({
  status,
  header: (name) => headers[name],
  body: Readable.from(
    (function* () {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk;
        yield Buffer.from(chunk);
      }
    })(),
  ),
});

describe('ingestSource', () => {
  let folder: string;
  let store: ObjectStore;
  let scratch: ScratchSpace;
  let asked: Record<string, string>[];
  let answers: WebAnswer[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-ingest-'));
    await mkdir(join(folder, 'films'));
    store = createFolderStore(join(folder, 'store'));
    scratch = await openScratch(join(folder, 'scratch'));
    asked = [];
    answers = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const fetch: GuardedFetch = (_url, { headers = {} } = {}) => {
    asked.push(headers);
    const next = answers.shift();
    return next === undefined ? Promise.reject(new Error('asked too often')) : Promise.resolve(next);
  };
  const ingest = (
    sourceUrl: string,
    { environment = quietEnvironment(), sourceBytes = 10 } = {},
  ): Promise<SourceRef> => {
    const activity = ingestSource({
      store,
      copies: noCopies,
      trust: 'all',
      fetch,
      fetchS3: () => Promise.reject(new Error('not part of this test')),
      fileRoots: [join(folder, 'films')],
      ownFolders: [join(folder, 'films/store')],
      limits: { sourceBytes },
      scratch,
      ffmpeg: 'unused',
      runner: { isolation: 'none', run: () => Promise.reject(new Error('nothing is to be run')) },
    });
    const input = { jobId: 'job-1', request: request({ sourceUrl }) };
    return environment.run<[typeof input], SourceRef, typeof activity>(activity, input);
  };
  const film = async (name: string, content: string): Promise<string> => {
    const path = join(folder, 'films', name);
    await writeFile(path, content);
    return pathToFileURL(path).href;
  };
  const leftInScratch = (): Promise<string[]> => readdir(join(folder, 'scratch/downloads')).catch(() => []);

  it('refers to a local file in place', async () => {
    const uri = await film('ein spaziergang.mp4', 'content');
    const { mtimeMs } = await stat(new URL(uri));
    expect(await ingest(uri)).toEqual({ uri, sizeBytes: 7, inPlace: true, modifiedAt: Math.trunc(mtimeMs) });
  });

  it('forgets what was made of a file that has changed since, but not what happened', async () => {
    const uri = await film('a.mp4', 'old');
    await ingest(uri);
    const pieces = [storeKeys.commit('job-1', 'chunk-00000', 0), storeKeys.outputFile('job-1', '720p/a.m4s')];
    const log = storeKeys.eventLog('job-1');
    for (const key of [...pieces, log]) await store.put(key, 'x');
    const left = async (): Promise<boolean[]> =>
      Promise.all([...pieces, log].map(async (key) => (await store.head(key)) !== undefined));
    await ingest(uri);
    expect(await left()).toEqual([true, true, true]);
    await film('a.mp4', 'changed');
    await ingest(uri);
    expect(await left()).toEqual([false, false, true]);
  });

  it.each([
    ['is not there', async () => join(folder, 'films/none.mp4'), 'SOURCE_NOT_FOUND'],
    ['is a folder', async () => join(folder, 'films'), 'SOURCE_NOT_MEDIA'],
    ['is empty', async () => new URL(await film('empty.mp4', '')).pathname, 'SOURCE_EMPTY'],
    [
      'is too large',
      async () => new URL(await film('large.mp4', '12345678901')).pathname,
      'SOURCE_LIMIT_EXCEEDED',
    ],
    ['lies elsewhere', async () => '/proc/self/status', 'SOURCE_FORBIDDEN'],
    ['would lie elsewhere', async () => '/proc/self/none.mp4', 'SOURCE_FORBIDDEN'],
    [
      'is a piece of Framefold',
      async () => {
        await mkdir(join(folder, 'films/store'));
        return new URL(await film('store/upload', 'x')).pathname;
      },
      'SOURCE_FORBIDDEN',
    ],
    [
      'is a link to a piece of Framefold',
      async () => {
        await mkdir(join(folder, 'films/store'));
        await film('store/upload', 'x');
        await symlink(join(folder, 'films/store/upload'), join(folder, 'films/own.mp4'));
        return join(folder, 'films/own.mp4');
      },
      'SOURCE_FORBIDDEN',
    ],
    [
      'is a link to elsewhere',
      async () => {
        await symlink('/proc/self/status', join(folder, 'films/link.mp4'));
        return join(folder, 'films/link.mp4');
      },
      'SOURCE_FORBIDDEN',
    ],
    [
      'lies in a folder whose name begins alike',
      async () => {
        await mkdir(join(folder, 'films-2'));
        await writeFile(join(folder, 'films-2/a.mp4'), 'x');
        return join(folder, 'films-2/a.mp4');
      },
      'SOURCE_FORBIDDEN',
    ],
  ])('refuses a local file that %s', async (_what, make, code) => {
    await expect(ingest(pathToFileURL(await make()).href)).rejects.toMatchObject({ code });
  });

  it('downloads into the store and leaves nothing in the scratch folder', async () => {
    answers = [answer(200, { 'content-length': '7' }, 'con', 'tent')];
    expect(await ingest(HTTP_URL)).toEqual({ uri: `store:${KEY}`, sizeBytes: 7, inPlace: false });
    expect((await store.get(KEY))?.toString()).toBe('content');
    expect(await leftInScratch()).toEqual([]);
  });

  it('takes what an earlier attempt has stored', async () => {
    await store.put(KEY, 'content');
    expect(await ingest(HTTP_URL)).toMatchObject({ sizeBytes: 7 });
    expect(asked).toEqual([]);
  });

  it('keeps a broken download for the next attempt, which goes on with it', async () => {
    answers = [
      answer(200, { 'content-length': '7', etag: '"1"' }, 'con', new Error('broken')),
      answer(206, { 'content-range': 'bytes 3-6/7', etag: '"1"' }, 'tent'),
    ];
    await expect(ingest(HTTP_URL)).rejects.toMatchObject({ code: 'SOURCE_INTERRUPTED' });
    expect(await leftInScratch()).toEqual(['job-1_']);
    expect(await ingest(HTTP_URL)).toMatchObject({ sizeBytes: 7 });
    expect((await store.get(KEY))?.toString()).toBe('content');
    expect(asked[1]).toMatchObject({ range: 'bytes=3-', 'if-range': '"1"' });
  });

  it('leaves nothing of a download that fails for good', async () => {
    answers = [answer(200, {}, 'more than ten bytes')];
    await expect(ingest(HTTP_URL)).rejects.toMatchObject({ code: 'SOURCE_LIMIT_EXCEEDED' });
    expect(await leftInScratch()).toEqual([]);
    expect(await store.head(KEY)).toBeUndefined();
  });

  it('leaves nothing of a download that is cancelled', async () => {
    const environment = quietEnvironment();
    const endless = new Readable({ read: () => environment.cancel() });
    answers = [{ ...answer(200, {}), body: endless }];
    await expect(ingest(HTTP_URL, { environment })).rejects.toThrow();
    expect(await leftInScratch()).toEqual([]);
  });

  it('takes no download for which the scratch disk has no room', async () => {
    const { totalBytes } = await scratch.state();
    answers = [answer(200, { 'content-length': String(totalBytes) }, 'content')];
    const refused = ingest(HTTP_URL, { sourceBytes: Number.MAX_SAFE_INTEGER });
    await expect(refused).rejects.toMatchObject({ code: 'WORKER_DISK_LOW' });
    expect((await scratch.state()).reservedBytes).toBe(0);
  });

  describe('an upload', () => {
    const ID = '0123456789abcdef0123456789abcdef';
    const TAKEN = 'jobs/job-1/source/source.bin';
    const take = (): Promise<SourceRef> => ingest(`upload://${ID}`);

    it("becomes the job's own, whatever becomes of the upload", async () => {
      await store.put(storeKeys.uploadContent(ID), 'content');
      const taken = { uri: `store:${TAKEN}`, sizeBytes: 7, inPlace: false };
      expect(await take()).toEqual(taken);
      await store.deleteAll(storeKeys.upload(ID));
      expect((await store.get(TAKEN))?.toString()).toBe('content');
      expect(await take()).toEqual(taken);
      expect(asked).toEqual([]);
    });

    it('goes on when the job is done with it', async () => {
      await store.put(storeKeys.uploadContent(ID), 'content');
      await take();
      await store.deleteAll(storeKeys.sourceFolder('job-1'));
      expect((await store.get(storeKeys.uploadContent(ID)))?.toString()).toBe('content');
    });

    it.each([
      ['is not there', undefined, 'SOURCE_NOT_FOUND'],
      ['is empty', '', 'SOURCE_EMPTY'],
      ['is too large', '12345678901', 'SOURCE_LIMIT_EXCEEDED'],
    ])('that %s is refused', async (_what, content, code) => {
      if (content !== undefined) await store.put(storeKeys.uploadContent(ID), content);
      await expect(take()).rejects.toMatchObject({ code });
      expect(await store.head(TAKEN)).toBeUndefined();
    });
  });

  it('tells how far it is by heartbeats', async () => {
    const environment = quietEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (detail: unknown) => beats.push(detail));
    answers = [answer(200, {}, 'content')];
    await ingest(HTTP_URL, { environment });
    expect(beats[0]).toEqual({ receivedBytes: 0 });
  });
});
