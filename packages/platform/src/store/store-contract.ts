import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
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
      expect(await keysBelow('nothing/')).toEqual([]);
      await store.delete('missing');
      await store.deleteAll('nothing/');
    });

    it('lets exactly one of many conditional writers win', async () => {
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, writer) => store.putIfAbsent('race/winner', `writer ${writer}`)),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect((await store.get('race/winner'))?.toString()).toBe(`writer ${results.indexOf(true)}`);
      expect(await store.putIfAbsent('race/winner', 'late')).toBe(false);
    });

    it('takes a local file', async () => {
      const file = join(folder, 'file');
      await writeFile(file, 'content');
      await store.putFile('from/file', file);
      expect((await store.get('from/file'))?.toString()).toBe('content');
    });

    it('streams whole objects and ranges', async () => {
      await store.put('r', '0123456789');
      expect(await textOf(await store.stream('r'))).toBe('0123456789');
      expect(await textOf(await store.stream('r', { start: 2, end: 5 }))).toBe('234');
      expect(await textOf(await store.stream('r', { start: 8, end: 100 }))).toBe('89');
      expect(await textOf(await store.stream('r', { start: 3, end: 3 }))).toBe('');
    });

    it('lists in the order of keys, nested ones included, and nothing beside', async () => {
      const keys = ['p/a', 'p/b-1', 'p/b/x', 'p/b/y', 'p/c', 'p/ünïcode'];
      for (const key of [...keys].reverse()) await store.put(key, key);
      await store.put('q/other', 'x');
      expect(await keysBelow('p/')).toEqual([...keys].sort());
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
