import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeKeys } from '@framefold/domain';
import { createFolderStore, openScratch, type ObjectStore, type ScratchSpace } from '@framefold/platform';
import { discard } from './discard.ts';

describe('discard', () => {
  let folder: string;
  let store: ObjectStore;
  let scratch: ScratchSpace;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-discard-'));
    store = createFolderStore(join(folder, 'store'));
    for (const job of ['1', '10']) {
      await store.put(storeKeys.source(job, '.mp4'), 'x');
      await store.put(storeKeys.source(job, '.mp4', 1), 'x');
      await store.put(storeKeys.frames(job), 'x');
      await store.put(storeKeys.frames(job, 1), 'x');
      await store.put(storeKeys.plan(job), 'x');
      if (job === '1') await store.put(storeKeys.plan(job, 'h264_nvenc'), 'x');
      await store.put(storeKeys.outputFile(job, 'master.m3u8'), 'x');
      await store.put(storeKeys.outputFile(job, '720p/init.mp4'), 'x');
      await store.put(storeKeys.eventLog(job), 'x');
      await store.put(storeKeys.commit(job, 'chunk-00000', 0), 'x');
      await store.put(storeKeys.attempt(job, 'chunk-00000', 'g0-1-a'), 'x');
    }
    scratch = await openScratch(join(folder, 'scratch'));
    await scratch.openDownload('1');
    await scratch.openDownload('1', 1);
    await scratch.openDownload('10');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const keysOf = async (job: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list(storeKeys.job(job)))
      keys.push(key.replace(storeKeys.job(job), ''));
    return keys;
  };
  const run = async (what: 'all' | 'source'): Promise<void> => {
    await discard({ store, scratch })({ jobId: '1', what });
  };

  it('removes everything of one job but its log and the records of attempts, twice as well as once', async () => {
    await run('all');
    await run('all');
    expect(await keysOf('1')).toEqual(['output/events.jsonl', 'work/attempts/chunk-00000/g0-1-a.json']);
    expect(await keysOf('10')).toHaveLength(10);
    expect(await readdir(join(folder, 'scratch/downloads'))).toEqual(['10_']);
  });

  it('removes the source and keeps the work and the output', async () => {
    await run('source');
    expect(await keysOf('1')).toEqual([
      'output/720p/init.mp4',
      'output/events.jsonl',
      'output/master.m3u8',
      'work/attempts/chunk-00000/g0-1-a.json',
      'work/commits/chunk-00000-g0.json',
      'work/plans/h264_nvenc.json',
      'work/plans/software.json',
    ]);
  });
});
