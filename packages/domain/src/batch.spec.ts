import {
  allJobsEnded,
  BatchSummary,
  hasBatchEnded,
  toBatchSummary,
  type Batch,
  type BatchCounts,
} from './batch.ts';

const batch = (fields: Partial<Batch> = {}): Batch => ({
  ...{ batchId: 'b', tenantId: 'default', submittedAt: 1, labels: ['night'], jobs: 10 },
  ...fields,
});
const summary = (fields: Partial<Batch>, counts: BatchCounts, percentOfUnended = 0) =>
  toBatchSummary(batch(fields), { counts, percentOfUnended });

describe('toBatchSummary', () => {
  it.each<[string, Partial<Batch>, BatchCounts, string]>([
    ['is not begun', {}, {}, 'running'],
    ['runs', {}, { transcoding: 10 }, 'running'],
    ['has jobs that have all ended, but not itself', {}, { completed: 10 }, 'running'],
    ['is being cancelled', { cancelledAt: 2 }, { transcoding: 10 }, 'cancelling'],
    ['is complete', { endedAt: 3 }, { completed: 10 }, 'completed'],
    ['is complete before a cancel came', { cancelledAt: 2, endedAt: 3 }, { completed: 10 }, 'completed'],
    ['has failures', { endedAt: 3 }, { completed: 9, failed: 1 }, 'failed'],
    ['has jobs that were cancelled one by one', { endedAt: 3 }, { completed: 9, cancelled: 1 }, 'failed'],
    ['is cancelled', { cancelledAt: 2, endedAt: 3 }, { completed: 9, cancelled: 1 }, 'cancelled'],
  ])('says of a batch that %s: ', (_, fields, counts, status) => {
    const view = summary(fields, counts);
    expect(view.status).toBe(status);
    expect(BatchSummary.parse(view)).toEqual(view);
    expect(hasBatchEnded(view.status)).toBe(fields.endedAt !== undefined);
    expect(Object.values(view.counts).reduce((sum, count) => sum + count, 0)).toBe(10);
  });

  it('counts jobs that were never started as waiting, and as cancelled at the end', () => {
    expect(summary({}, { probing: 2 }).counts).toMatchObject({ pending: 8, probing: 2, cancelled: 0 });
    expect(summary({ cancelledAt: 2, endedAt: 3 }, { cancelled: 2 }).counts).toMatchObject({
      pending: 0,
      cancelled: 10,
    });
  });

  it('says how far it is by how far its jobs are', () => {
    const counts = { pending: 2, probing: 1, transcoding: 2, completed: 3, failed: 1, cancelled: 1 };
    expect(summary({}, counts, 125).progress).toEqual({
      total: 10,
      completed: 3,
      failed: 1,
      running: 3,
      percent: 62.5,
    });
    expect(summary({ endedAt: 1 }, { completed: 10 }).progress.percent).toBe(100);
  });
});

it('knows when all jobs have ended', () => {
  expect(allJobsEnded(3, { completed: 1, failed: 1, cancelled: 1 })).toBe(true);
  expect(allJobsEnded(3, { completed: 2 })).toBe(false);
  expect(allJobsEnded(3, { completed: 2, merging: 1 })).toBe(false);
});
