import { batchJobId } from './batch-job-id.ts';

const BATCH = '01936b2e-1234-7abc-8def-0123456789ab';
const MOST = 10_000;

describe('batchJobId', () => {
  const ids = Array.from({ length: MOST }, (_, index) => batchJobId(BATCH, index));

  it('gives a UUID of version 7 with the time of the batch', () => {
    for (const id of ids) expect(id).toMatch(/^01936b2e-1234-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('gives each place its own, in the order of places, and the same again', () => {
    expect([...new Set(ids)].sort()).toEqual(ids);
    expect(batchJobId(BATCH, 17)).toBe(ids[17]);
  });

  it('gives two batches of one moment different ones', () => {
    expect(batchJobId(BATCH.replace('7abc', '7abd'), 0)).not.toBe(ids[0]);
  });
});
