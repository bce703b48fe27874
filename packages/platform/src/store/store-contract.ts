import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ObjectStore } from './object-store.ts';

/** What every object store must hold. */
export function describeObjectStore(name: string, make: () => Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    let folder: string;
    beforeEach(async () => {
      store = await make();
      folder = await mkdtemp(join(tmpdir(), 'framefold-store-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const keysBelow = async (prefix: string): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      return keys;
    };
    const textOf = async (stream: Readable | undefined): Promise<string | undefined> =>
      stream === undefined ? undefined : Buffer.concat(await stream.toArray()).toString();

    it('gives back what was put, and replaces it', async () => {
      await store.put('a/b.txt', 'one');
      await store.put('a/b.txt', Buffer.from('two'));
      expect((await store.get('a/b.txt'))?.toString()).toBe('two');
      const stored = await store.head('a/b.txt');
      expect(stored).toMatchObject({ key: 'a/b.txt', sizeBytes: 3 });
      expect(stored?.modifiedAt).toBeGreaterThan(Date.parse('2020-01-01'));
    });

    it('knows what is not there', async () => {
      await store.put('a/b/c', 'x');
      for (const key of ['missing', 'a/b', 'a/b/c/d']) {
        expect(await store.get('missing')).toBeUndefined();
        expect(await store.head(key)).toBeUndefined();
      }
      expect(await store.stream('missing')).toBeUndefined();
      expect(await store.stream('missing', { start: 1, end: 1 })).toBeUndefined();
      expect(await keysBelow('nothing/')).toEqual([]);
      await store.delete('missing');
      await store.deleteAll('nothing/');
    });

    it('lets exactly one of many conditional writers win', async () => {
      const results = await Promise.all(
        Array.from({ length: 16 }, (_, writer) => store.putIfAbsent('race/winner', `writer ${writer}`)),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect((await store.get('race/winner'))?.toString()).toBe(`writer ${results.indexOf(true)}`);
      expect(await store.putIfAbsent('race/winner', 'late')).toBe(false);
      // SeaweedFS lets those that wait for each other look once a second.
    });

    it('takes a local file', async () => {
      const file = join(folder, 'file');
      await writeFile(file, 'content');
      await store.putFile('from/file', file);
      expect((await store.get('from/file'))?.toString()).toBe('content');
    });

    it('takes a file that is larger than one request should be', async () => {
      const file = join(folder, 'large');
      const content = randomBytes(18 * 1024 ** 2 + 1);
      await writeFile(file, content);
      await store.putFile('large', file);
      expect((await store.head('large'))?.sizeBytes).toBe(content.length);
      const all = (await store.stream('large')) ?? Readable.from([]);
      expect(sha256(Buffer.concat(await all.toArray()))).toBe(sha256(content));
      const range = { start: 16 * 1024 ** 2 - 5, end: 16 * 1024 ** 2 + 5 };
      const part = (await store.stream('large', range)) ?? Readable.from([]);
      expect(Buffer.concat(await part.toArray())).toEqual(content.subarray(range.start, range.end));
    });

    it('copies, replaces by copying, and says when there is nothing to copy', async () => {
      await store.put('from/a + ü', 'one');
      await store.put('to/b', 'old');
      expect(await store.copy('from/a + ü', 'to/b')).toBe(true);
      expect(String(await store.get('to/b'))).toBe('one');
      // Neither name has to do with the other from now on.
      await store.put('from/a + ü', 'two');
      expect(String(await store.get('to/b'))).toBe('one');
      await store.delete('from/a + ü');
      expect(String(await store.get('to/b'))).toBe('one');
      expect(await store.copy('to/b', 'to/b')).toBe(true);
      expect(await store.copy('from/missing', 'to/c')).toBe(false);
      expect(await keysBelow('to/')).toEqual(['to/b']);
    });

    it('gives URLs that others can use, or says that it has none', async () => {
      await store.put('signed', '0123456789');
      const url = await store.presign('signed', { expiresSeconds: 60 });
      if (url === undefined) {
        expect(store.localPath('signed')).toBeDefined();
        return;
      }
      const answer = await fetch(url, { headers: { range: 'bytes=2-4' } });
      expect([answer.status, await answer.text()]).toEqual([206, '234']);
      const target = (await store.presign('written', { expiresSeconds: 60, method: 'PUT' })) ?? '';
      expect((await fetch(target, { method: 'PUT', body: 'by others' })).status).toBe(200);
      expect(String(await store.get('written'))).toBe('by others');
      expect((await fetch(target.replace(/written/, 'signed'), { method: 'PUT', body: 'x' })).status).toBe(
        403,
      );
      expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
      const short = (await store.presign('signed', { expiresSeconds: 1 })) ?? '';
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect((await fetch(short)).status).toBe(403);
    });

    it('lets others write an object in parts, or says that it cannot', async () => {
      const { direct } = store;
      if (direct === undefined) {
        expect(await store.presign('any', { expiresSeconds: 60 })).toBeUndefined();
        return;
      }
      const write = await direct.begin('direct/content');
      const put = async (number: number, body: Uint8Array<ArrayBuffer>, sizeBytes = body.length) => {
        const url = await direct.presign(write, { number, sizeBytes }, { expiresSeconds: 60 });
        return (await fetch(url, { method: 'PUT', body })).status;
      };
      const [first, second] = [bytesOf(5 * 1024 ** 2), bytesOf(3)];
      expect(await direct.parts(write)).toEqual([]);
      // Nobody stores more, or less, than the URL is for.
      expect(await put(1, bytesOf(11), 10)).toBe(403);
      expect(await put(1, bytesOf(9), 10)).toBe(403);
      expect(await put(2, second)).toBe(200);
      expect(await put(1, bytesOf(first.length))).toBe(200);
      expect(await put(1, first)).toBe(200);
      const sizes = new Map((await direct.parts(write))?.map(({ number, sizeBytes }) => [number, sizeBytes]));
      expect(sizes).toEqual(
        new Map([
          [1, first.length],
          [2, 3],
        ]),
      );
      expect(await store.head('direct/content')).toBeUndefined();
      expect(await direct.join(write)).toBe(true);
      const content = Buffer.concat([first, second]);
      expect(sha256((await store.get('direct/content')) ?? Buffer.alloc(0))).toBe(sha256(content));
      expect(await direct.parts(write)).toBeUndefined();
    });

    it('has no direct write change anything that has ended', async () => {
      const { direct } = store;
      if (direct === undefined) return;
      for (const end of ['join', 'abort'] as const) {
        const write = await direct.begin(`direct/${end}`);
        const url = await direct.presign(write, { number: 1, sizeBytes: 3 }, { expiresSeconds: 60 });
        const put = async (body: string) => (await fetch(url, { method: 'PUT', body })).status;
        expect(await put('one')).toBe(200);
        await direct[end](write);
        expect(await put('two')).toBe(404);
        expect(String(await store.get(`direct/${end}`))).toBe(end === 'join' ? 'one' : 'undefined');
        // Whoever lost the answer may ask again.
        await direct.abort(write);
        expect(await direct.join(write)).toBe(false);
        expect(String(await store.get(`direct/${end}`))).toBe(end === 'join' ? 'one' : 'undefined');
      }
    });

    it('streams whole objects and ranges', async () => {
      await store.put('r', '0123456789');
      expect(await textOf(await store.stream('r'))).toBe('0123456789');
      expect(await textOf(await store.stream('r', { start: 2, end: 5 }))).toBe('234');
      expect(await textOf(await store.stream('r', { start: 8, end: 100 }))).toBe('89');
      expect(await textOf(await store.stream('r', { start: 3, end: 3 }))).toBe('');
      expect(await textOf(await store.stream('r', { start: 10, end: 20 }))).toBe('');
      await store.put('empty', '');
      expect(await textOf(await store.stream('empty'))).toBe('');
      expect((await store.head('empty'))?.sizeBytes).toBe(0);
    });

    it('lists in the order of keys, nested ones included, and nothing beside', async () => {
      const keys = ['p/a', 'p/b-1', 'p/b/x', 'p/b/y', 'p/c', 'p/ünïcode'];
      for (const key of [...keys].reverse()) await store.put(key, key);
      await store.put('q/other', 'x');
      expect(await keysBelow('p/')).toEqual([...keys].sort());
    });

    it('names the folders below a prefix, however much is in them', async () => {
      for (const key of ['f/a/1', 'f/a/2/x', 'f/b-1/y', 'f/c', 'g/z/1']) await store.put(key, key);
      const names: string[] = [];
      for await (const name of store.folders('f/')) names.push(name);
      expect(names.sort()).toEqual(['a', 'b-1']);
      for await (const name of store.folders('nothing/')) expect(name).toBeUndefined();
    });

    it('shows nobody half an object while it is replaced', async () => {
      const versions = ['a', 'b'].map((letter) => letter.repeat(300_000));
      await store.put('big', versions[0] ?? '');
      const writes = Promise.all(
        Array.from({ length: 20 }, (_, turn) => store.put('big', versions[turn % 2] ?? '')),
      );
      for (let reads = 0; reads < 20; reads++) {
        const text = (await store.get('big'))?.toString() ?? '';
        expect(versions.includes(text)).toBe(true);
      }
      await writes;
    });

    it('removes one object, or all below a prefix', async () => {
      for (const key of ['d/1', 'd/e/2', 'd/e/3', 'dd/4']) await store.put(key, key);
      await store.delete('d/1');
      expect(await keysBelow('d/')).toEqual(['d/e/2', 'd/e/3']);
      await store.deleteAll('d/');
      expect(await keysBelow('d/')).toEqual([]);
      expect(await keysBelow('dd/')).toEqual(['dd/4']);
    });

    it('sweeps while others write, and takes nothing from them', async () => {
      await store.sweep();
      const writes = Array.from({ length: 20 }, (_, turn) => store.put(`swept/${turn}`, 'x'.repeat(100_000)));
      for (let turn = 0; turn < 5; turn++) await store.sweep();
      await Promise.all(writes);
      expect(await keysBelow('swept/')).toHaveLength(20);
    });

    it('goes on writing below a folder that another call is emptying', async () => {
      await Promise.all(
        Array.from({ length: 30 }, async (_, turn) => {
          await store.put(`busy/${turn}/file`, 'x');
          await store.deleteAll(`busy/${turn}/`);
        }),
      );
      expect(await keysBelow('busy/')).toEqual([]);
    });

    it.each(['', '/a', 'a//b', '../a', 'a/../b', 'a/.', '.hidden', 'a\\b', 'a\nb'])(
      'refuses the key %j',
      async (key) => {
        await expect(store.put(key, 'x')).rejects.toMatchObject({ code: 'INTERNAL' });
        await expect(store.get(key)).rejects.toMatchObject({ code: 'INTERNAL' });
      },
    );
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(length));
}
