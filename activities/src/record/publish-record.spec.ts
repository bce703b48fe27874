import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobView, RecordedEvent, storeKeys, type JobEventType, type NewDelivery } from '@framefold/domain';
import { attempt, example } from '@framefold/domain/testing';
import { createFolderStore, type Catalogue, type ObjectStore } from '@framefold/platform';
import { FakeCatalogue, FakeDeliveries } from '@framefold/testing';
import { publishRecord } from './publish-record.ts';

const TO_PLAN = ['JobSubmitted', 'ProbingStarted', 'SourceProbed', 'SplittingStarted', 'PlanFrozen'] as const;
const COMPLETED = [
  ...TO_PLAN,
  'TranscodingStarted',
  'MergingStarted',
  'RenditionMerged',
  'JobCompleted',
] as const;

const DELIVERY: NewDelivery = {
  ...{
    id: 'msg_1_9',
    tenantId: 'default',
    jobId: '1',
    url: 'https://hooks.example/',
    event: 'job.completed',
  },
  ...{ sequence: 9, body: '{}', createdAt: 1_000, startAt: 31_000 },
};

describe('publishRecord', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-record-'));
    store = createFolderStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const publish = async (
    types: readonly JobEventType[],
    {
      run,
      again = [],
      byApi = [],
    }: { run?: number; again?: readonly JobEventType[]; byApi?: readonly JobEventType[] } = {},
  ): Promise<void> => {
    const first = types.map((type, sequence) => ({ stream: 'job', sequence, type }));
    const second = again.map((type, sequence) => ({ stream: 'job-r1', sequence, type }));
    const third = byApi.map((type, sequence) => ({ stream: 'api', sequence, type }));
    const log = [...first, ...second, ...third].map(({ type, ...place }, position) => {
      return { jobId: '1', ...place, position, event: example(type, 1_000 + position) };
    });
    const deliveries = new FakeDeliveries();
    await deliveries.add([DELIVERY]);
    const catalogue = {
      events: () => Promise.resolve(log),
      deliveries,
      attempts,
    } as Partial<Catalogue> as Catalogue;
    due = () => deliveries.due(0, 9);
    await publishRecord({ store, catalogue })({ jobId: '1', ...(run === undefined ? {} : { run }) });
  };
  const { attempts } = new FakeCatalogue();
  let due: FakeDeliveries['due'];
  const read = async (key: string): Promise<string | undefined> => (await store.get(key))?.toString();

  it('writes the log of a completed job, an event a line, and its view', async () => {
    await publish(COMPLETED);
    const lines = (await read(storeKeys.eventLog('1')))?.trimEnd().split('\n') ?? [];
    expect(lines.map((line) => RecordedEvent.parse(JSON.parse(line)).event.type)).toEqual(COMPLETED);
    const view = JobView.parse(JSON.parse((await read(storeKeys.outputFile('1', 'job.json'))) ?? ''));
    expect(view).toMatchObject({ id: '1', status: 'completed' });
  });

  it('writes the same bytes again', async () => {
    await publish(COMPLETED);
    const before = await read(storeKeys.outputFile('1', 'job.json'));
    await publish(COMPLETED);
    expect(await read(storeKeys.outputFile('1', 'job.json'))).toBe(before);
  });

  it.each(['JobFailed', 'JobCancelled'] as const)('writes nothing but the log after %s', async (end) => {
    await publish([...TO_PLAN, end]);
    expect(await read(storeKeys.eventLog('1'))).toContain(end);
    expect(await store.head(storeKeys.outputFile('1', 'job.json'))).toBeUndefined();
  });

  it.each([[COMPLETED], [[...TO_PLAN, 'JobCancelled'] as const]])('lets the webhooks out', async (types) => {
    await publish(types);
    expect(await due(0, 9)).toMatchObject([{ id: DELIVERY.id }]);
  });

  it('takes the end from the API, too, where the workflow is gone', async () => {
    await publish(TO_PLAN, { byApi: ['JobCancelled'] });
    expect(await read(storeKeys.eventLog('1'))).toContain('JobCancelled');
  });

  it('brings the attempts into the catalogue', async () => {
    const failed = attempt({ jobId: '1', outcome: { endedAt: 2, result: 'failed' } });
    await store.put(storeKeys.attempt('1', failed.unit, failed.attemptId), JSON.stringify(failed));
    await publish(COMPLETED);
    expect(await attempts.list({ jobId: '1', limit: 9 })).toEqual({ attempts: [failed] });
  });

  it.each([
    ['the end', TO_PLAN, {}],
    // The catalogue was lost meanwhile: what came since is all that it knows.
    ['the beginning', ['JobFailed'], {}],
    ['the end of a further run', [...TO_PLAN, 'JobFailed'], { run: 1, again: ['JobSubmitted'] }],
    ['a further run', [...TO_PLAN, 'JobFailed'], { run: 1 }],
  ] as const)('waits for %s', async (_missing, types, ofRun) => {
    await expect(publish(types, ofRun)).rejects.toMatchObject({ code: 'CATALOGUE_UNAVAILABLE' });
    expect(await store.head(storeKeys.eventLog('1'))).toBeUndefined();
    expect(await due(0, 9)).toEqual([]);
  });
});
