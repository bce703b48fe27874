import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownerTag } from '../limits/owner-tag.ts';
import { createFolderStore } from './folder-store.ts';
import { describeObjectStore } from './store-contract.ts';

const folders: string[] = [];
const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'framefold-folder-'));
  folders.push(folder);
  return folder;
};
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

describeObjectStore('a folder', async () => createFolderStore(join(await makeFolder(), 'store')));

describe('a folder store', () => {
  it('leaves neither unfinished files nor empty folders behind', async () => {
    const folder = await makeFolder();
    const store = createFolderStore(folder);
    await store.put('jobs/1/a', 'x');
    await store.putIfAbsent('jobs/1/a', 'y');
    await store.deleteAll('jobs/1/');
    expect(await readdir(folder)).toEqual(['.unfinished']);
    expect(await readdir(join(folder, '.unfinished'))).toEqual([]);
  });

  it('sweeps the unfinished writes of dead processes and those that nobody finishes, and no others', async () => {
    const folder = await makeFolder();
    const store = createFolderStore(folder);
    await store.put('a', 'x');
    const old = ['1~gone-host_7_100', '2'];
    const fresh = ['3~other-host_7_100', '4', `5~${ownerTag()}`];
    const dead = `6~${hostname()}_${process.pid}_1`;
    for (const name of [...old, ...fresh, dead]) await writeFile(join(folder, '.unfinished', name), 'half');
    for (const name of old) await utimes(join(folder, '.unfinished', name), 1, 1);
    await store.sweep();
    expect((await readdir(join(folder, '.unfinished'))).sort()).toEqual(fresh);
  });

  it('names the file that local programs can read', async () => {
    const store = createFolderStore(await makeFolder());
    await store.put('a/b', 'four');
    expect((await stat(store.localPath('a/b') ?? '')).size).toBe(4);
  });

  it('says STORE_UNAVAILABLE when the folder cannot be used', async () => {
    const file = join(await makeFolder(), 'file');
    await writeFile(file, '');
    await expect(createFolderStore(file).put('a', 'x')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
