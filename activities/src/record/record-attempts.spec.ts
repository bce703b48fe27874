import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttemptRecord, storeKeys } from '@framefold/domain';
import { attempt } from '@framefold/domain/testing';
import { createFolderStore, type ObjectStore } from '@framefold/platform';
import { FakeCatalogue } from '@framefold/testing';
import { recordAttempts } from './record-attempts.ts';

const outcome = { endedAt: 9, result: 'committed' } as const;

describe('recordAttempts', () => {
  let folder: string;
  let store: ObjectStore;
  let catalogue: FakeCatalogue;
  let read: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-attempts-'));
    store = createFolderStore(folder);
    catalogue = new FakeCatalogue();
    read = [];
    const get = store.get.bind(store);
    store.get = (key) => {
      read.push(key);
      return get(key);
    };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (record: AttemptRecord): Promise<unknown> =>
    store.put(storeKeys.attempt(record.jobId, record.unit, record.attemptId), JSON.stringify(record));
  const recorded = async () => {
    await recordAttempts({ catalogue, store }, 'job');
    return (await catalogue.attempts.list({ jobId: 'job', limit: 99 })).attempts;
  };

  it('copies those of one job, and reads again those alone whose end it does not have', async () => {
    await write(attempt({ outcome }));
    await write(attempt({ unit: 'c1', startedAt: 2 }));
    await write(attempt({ jobId: 'another' }));
    expect(await recorded()).toEqual([attempt({ outcome }), attempt({ unit: 'c1', startedAt: 2 })]);

    await write(attempt({ unit: 'c1', startedAt: 2, outcome }));
    await write(attempt({ unit: 'c1', startedAt: 3, attemptId: 'g0-2-bb' }));
    read = [];
    const [, second, third] = await recorded();
    expect(second).toEqual(attempt({ unit: 'c1', startedAt: 2, outcome }));
    expect(third?.attemptId).toBe('g0-2-bb');
    expect(read.toSorted()).toEqual([
      storeKeys.attempt('job', 'c1', 'g0-1-aaaa'),
      storeKeys.attempt('job', 'c1', 'g0-2-bb'),
    ]);
  });

  it('leaves out what is no record', async () => {
    await write(attempt({ outcome }));
    await store.put(storeKeys.attempt('job', 'c9', 'g0-1-zz'), '{"jobId":"job"}');
    await store.put(storeKeys.attempt('job', 'c9', 'g0-2-zz'), '{"jobId":');
    expect(await recorded()).toEqual([attempt({ outcome })]);
  });
});
