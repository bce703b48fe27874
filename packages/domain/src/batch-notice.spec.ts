import { batchDeliveries } from './batch-notice.ts';
import type { Batch } from './batch.ts';

const BATCH: Batch = {
  ...{ batchId: 'b', tenantId: 'acme', submittedAt: 1, labels: [], jobs: 2, endedAt: 9 },
  webhookUrl: 'https://hooks.example/ä',
};
const TALLY = { counts: { completed: 1, failed: 1 }, percentOfUnended: 0 };

describe('batchDeliveries', () => {
  it('tells of the end once, by an id that follows from the batch', () => {
    const [delivery, ...others] = batchDeliveries(BATCH, TALLY, 'batch.completed', 10);
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({
      ...{ id: 'msg_b', tenantId: 'acme', jobId: 'b', event: 'batch.completed', startAt: 10 },
      url: 'https://hooks.example/%C3%A4',
    });
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({
      ...{ type: 'batch.completed', batchId: 'b', status: 'failed', jobs: 2, completedAt: 9 },
      counts: { completed: 1, failed: 1, pending: 0 },
    });
  });

  it('tells nobody where there is no webhook', () => {
    const { webhookUrl: _, ...silent } = BATCH;
    expect(batchDeliveries(silent, TALLY, 'batch.cancelled', 10)).toEqual([]);
  });
});
