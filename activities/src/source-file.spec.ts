import { mkdtemp, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type WorkerReport } from '@framefold/domain';
import { workerReport } from '@framefold/domain/testing';
import { createFolderStore, createLocalCopies, openScratch, type ObjectStore } from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import { sourceFile, storedSource, useFiles, type SourceDeps } from './source-file.ts';
import { noCopies } from './testing/no-copies.ts';
import { quietEnvironment } from './testing/quiet-environment.ts';

describe('sourceFile', () => {
  let folder: string;
  let file: string;
  let inPlace: SourceRef;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-source-'));
    file = join(folder, 'a film.mp4');
    await writeFile(file, 'content');
    const { size, mtimeMs } = await stat(file);
    const uri = pathToFileURL(file).href;
    inPlace = { uri, sizeBytes: size, inPlace: true, modifiedAt: Math.trunc(mtimeMs) };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const { signal } = new AbortController();
  const resolve = async (source: SourceRef, fields: Partial<SourceDeps> = {}): Promise<string> => {
    const store = createFolderStore(join(folder, 'store'));
    const found = await sourceFile(source, { store, copies: noCopies, trust: 'all', ...fields });
    return found.use((path) => Promise.resolve(path), { signal });
  };

  it('lets a worker without a sandbox read files of its machine, and nothing from outside', async () => {
    const store = createFolderStore(join(folder, 'store'));
    await store.put('jobs/1/source/source.mp4', 'four');
    const read = (source: SourceRef): Promise<string> =>
      quietEnvironment({ taskQueue: 'media' }).run(() => resolve(source, { store, trust: 'local' }));
    expect(await read(inPlace)).toBe(file);
    const outside = storedSource('jobs/1/source/source.mp4', 4);
    await expect(read(outside)).rejects.toMatchObject({ code: 'SANDBOX_REQUIRED' });
    expect(await read({ ...outside, generated: true })).toContain('source.mp4');
    const report = (fields: Partial<WorkerReport>): Promise<void> =>
      store.put(
        storeKeys.worker('other'),
        JSON.stringify(workerReport({ id: 'other', status: 'idle', lastHeartbeat: Date.now(), ...fields })),
      );
    // One with a sandbox that does other work is no help; one that serves the queue is to read it.
    await report({ isolation: 'sandbox', queues: ['encode'] });
    await expect(read(outside)).rejects.toMatchObject({ code: 'SANDBOX_REQUIRED' });
    await report({ isolation: 'none', queues: ['media'] });
    await expect(read(outside)).rejects.toMatchObject({ code: 'SANDBOX_REQUIRED' });
    await report({ isolation: 'sandbox', queues: ['media'] });
    await expect(read(outside)).rejects.toMatchObject({ code: 'WORKER_BUSY' });
  });

  it('finds files in place and in the store', async () => {
    const store = createFolderStore(join(folder, 'store'));
    await store.put('jobs/1/source/source.mp4', 'four');
    expect(await resolve(inPlace)).toBe(file);
    expect(await resolve(storedSource('jobs/1/source/source.mp4', 4))).toBe(
      join(folder, 'store/jobs/1/source/source.mp4'),
    );
  });

  it('fetches what lies in a store that is not local, and says where it lies', async () => {
    const local = createFolderStore(join(folder, 'store'));
    // As a store is whose objects are no local files.
    const store: ObjectStore = Object.assign(local, { localPath: () => undefined });
    const scratch = await openScratch(join(folder, 'scratch'));
    const copies = createLocalCopies({ store, scratch });
    const deps: SourceDeps = { store, copies, trust: 'all' };
    await store.put('jobs/1/source/source.mp4', 'four');
    const stored = storedSource('jobs/1/source/source.mp4', 4);
    const found = [await sourceFile(inPlace, deps), await sourceFile(stored, deps)];
    expect(found.map(({ place }) => place)).toEqual([file, 'jobs/1/source/source.mp4']);
    const fetched: number[] = [];
    const texts = await useFiles(found, (files) => Promise.all(files.map((path) => readFile(path, 'utf8'))), {
      signal,
      onFetched: (bytes) => fetched.push(bytes),
    });
    expect([texts, fetched]).toEqual([['content', 'four'], [4]]);
    await store.put('jobs/1/source/source.mp4', 'longer');
    await expect(sourceFile(stored, deps)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    await store.delete('jobs/1/source/source.mp4');
    await expect(sourceFile(stored, deps)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('notices a file that was written to', async () => {
    await writeFile(file, 'other content');
    await expect(resolve(inPlace)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  });

  it('notices a file of the same size that was written to', async () => {
    await utimes(file, new Date(0), new Date(0));
    await expect(resolve(inPlace)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  });

  it('notices a file that is gone', async () => {
    await unlink(file);
    await expect(resolve(inPlace)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});
