import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CodedError } from '@framefold/domain';
import type { StoredObject } from '../store/object-store.ts';
import { createLocalCopies, type LocalCopies } from './local-copies.ts';
import { openScratch, type ScratchSpace } from './open-scratch.ts';

const OBJECT: StoredObject = { key: 'jobs/1/source/film.mp4', sizeBytes: 4, modifiedAt: 1 };
const MINUTE_MS = 60_000;

describe('local copies', () => {
  let root: string;
  let scratch: ScratchSpace;
  let bodies: (() => Readable | undefined)[];
  let streamed: string[];
  let now: number;
  let copies: LocalCopies;
  const { signal } = new AbortController();
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'framefold-copies-'));
    scratch = await openScratch(root);
    bodies = [];
    streamed = [];
    now = 0;
    const stream = (key: string): Promise<Readable | undefined> => {
      streamed.push(key);
      return Promise.resolve((bodies.shift() ?? (() => Readable.from([Buffer.from('four')])))());
    };
    copies = createLocalCopies({ store: { stream }, scratch, now: () => now });
  });
  afterEach(() => rm(root, { recursive: true }));

  const read = (object = OBJECT, fetched: number[] = []): Promise<string> =>
    copies.use(object, (file) => readFile(file, 'utf8'), {
      signal,
      onFetched: (bytes) => fetched.push(bytes),
    });
  const kept = async (): Promise<string[]> =>
    (await readdir(scratch.folder)).filter((name) => !name.endsWith('.reserved'));

  it('fetch an object once for all who want it, and tell who fetched it', async () => {
    const fetched: number[] = [];
    const texts = await Promise.all([1, 2, 3].map(() => read(OBJECT, fetched)));
    expect([...texts, await read(OBJECT, fetched)]).toEqual(['four', 'four', 'four', 'four']);
    expect([streamed, fetched.sort()]).toEqual([[OBJECT.key], [0, 0, 0, 4]]);
    expect(await kept()).toHaveLength(1);
  });

  it('fetch another version anew', async () => {
    await read();
    await read({ ...OBJECT, modifiedAt: 2 });
    expect(streamed).toHaveLength(2);
  });

  it('keep the name of the file, by whose ending programs go', async () => {
    await copies.use(OBJECT, (file) => Promise.resolve(expect(file).toMatch(/\/film\.mp4$/)), { signal });
  });

  it('hold room for what is being fetched', async () => {
    bodies.push(() => new Readable({ read: () => undefined }));
    const stop = new AbortController();
    const using = copies.use({ ...OBJECT, sizeBytes: 5_000_000 }, readFile, { signal: stop.signal });
    while (streamed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await scratch.state()).reservedBytes).toBe(5_000_000);
    stop.abort();
    await expect(using).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stay while they are used, and a while longer', async () => {
    await copies.use(
      OBJECT,
      async (file) => {
        now = 60 * MINUTE_MS;
        await copies.sweep();
        expect(await readFile(file, 'utf8')).toBe('four');
      },
      { signal },
    );
    now += 4 * MINUTE_MS;
    await copies.sweep();
    expect(await kept()).toHaveLength(1);
    now += 2 * MINUTE_MS;
    await copies.sweep();
    expect(await kept()).toEqual([]);
    expect(await read()).toBe('four');
  });

  it('make room for each other, but not of what is used', async () => {
    let full = true;
    const tight = createLocalCopies({
      store: { stream: () => Promise.resolve(Readable.from([Buffer.from('four')])) },
      scratch: {
        reserve: async (name, bytes) => {
          if (full && (await kept()).length > 0) throw new CodedError('WORKER_DISK_LOW', 'no room');
          return scratch.reserve(name, bytes);
        },
      },
      now: () => now,
    });
    const use = (modifiedAt: number, work: () => Promise<unknown>) =>
      tight.use({ ...OBJECT, modifiedAt }, work, { signal });
    await use(1, () => Promise.resolve());
    await use(2, async () => {
      await expect(use(3, () => Promise.resolve())).rejects.toMatchObject({ code: 'WORKER_DISK_LOW' });
    });
    full = false;
    await use(3, () => Promise.resolve());
  });

  it.each([
    ['is gone', () => undefined, 'SOURCE_NOT_FOUND'],
    ['is shorter by now', () => Readable.from([Buffer.from('fo')]), 'SOURCE_CHANGED'],
  ])(
    'leave nothing behind when the object %s, and fetch it again when asked again',
    async (_, body, code) => {
      bodies.push(body);
      await expect(read()).rejects.toMatchObject({ code });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await kept()).toEqual([]);
      expect(await read()).toBe('four');
    },
  );

  it('go on fetching as long as somebody waits, and no longer', async () => {
    let body = new Readable({ read: () => undefined });
    bodies.push(
      () => body,
      () => (body = new Readable({ read: () => undefined })),
    );
    const [first, second] = [new AbortController(), new AbortController()];
    const use = (by: AbortController): Promise<string> =>
      copies.use(OBJECT, (file) => readFile(file, 'utf8'), { signal: by.signal });
    const both = [use(first), use(second)];
    while (streamed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    first.abort();
    await expect(both[0]).rejects.toMatchObject({ name: 'AbortError' });
    body.push('four');
    body.push(null);
    expect(await both[1]).toBe('four');
    now = 60 * MINUTE_MS;
    await copies.sweep();

    const alone = new AbortController();
    const abandoned = use(alone);
    while (streamed.length === 1) await new Promise((resolve) => setTimeout(resolve, 5));
    alone.abort();
    await expect(abandoned).rejects.toMatchObject({ name: 'AbortError' });
    while (!body.destroyed || (await kept()).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
