import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeKeys } from '@framefold/domain';
import { createFolderStore, type ObjectStore } from '@framefold/platform';
import { storedSource } from '../source-file.ts';
import { quietEnvironment } from '../testing/quiet-environment.ts';
import { splitSource, type SplitDeps } from './split-source.ts';

describe('splitSource', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-split-'));
    store = createFolderStore(folder);
    await store.put('jobs/job/source/source.mp4', 'four');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const split = (sizeBytes: number): ReturnType<ReturnType<typeof splitSource>> =>
    quietEnvironment().run(() =>
      splitSource({ store, trust: 'all', slices: 'auto' } as SplitDeps)({
        jobId: 'job',
        source: storedSource('jobs/job/source/source.mp4', sizeBytes),
        planKey: storeKeys.plan('job'),
      }),
    );

  it('leaves a source that is there in place', async () => {
    expect(await split(4)).toEqual({ mode: 'in-place' });
    expect(String(await store.get('jobs/job/source/source.mp4'))).toBe('four');
  });

  it('notices a source that is gone', async () => {
    await store.delete('jobs/job/source/source.mp4');
    await expect(split(4)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('notices a source of another length', async () => {
    await expect(split(5)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  });
});
