import { createGuardedFetch, type GuardedFetch } from '@framefold/platform';
import {
  FakeCatalogue,
  forbiddenUrls,
  startCanary,
  startRebindingDns,
  type Canary,
} from '@framefold/testing';
import type { DeliveryAttemptResult } from '@framefold/workflows/contract';
import { attemptDelivery } from './attempt-delivery.ts';

describe('receivers inside of the network', () => {
  let canary: Canary;
  beforeAll(async () => {
    canary = await startCanary();
  });
  afterAll(() => canary.close());

  async function aDelivery(url: string): Promise<{
    attempt: (fetch: GuardedFetch, number?: number) => Promise<DeliveryAttemptResult>;
    errors: () => Promise<(string | undefined)[]>;
  }> {
    const catalogue = new FakeCatalogue();
    const id = 'msg_j_1';
    await catalogue.deliveries.add([
      {
        ...{ id, tenantId: 'default', jobId: 'j', url, event: 'job.completed', sequence: 1, body: '{}' },
        ...{ createdAt: Date.now(), startAt: 0 },
      },
    ]);
    return {
      attempt: (fetch, number = 1) =>
        attemptDelivery({ catalogue, fetch, webhooks: { hours: 24, overlapHours: 24 } })({
          ...{ deliveryId: id, run: 0, attempt: number },
        }),
      errors: async () => (await catalogue.deliveries.find(id))!.attempts.map(({ error }) => error),
    };
  }

  it('has a canary that sings', async () => {
    const { attempt } = await aDelivery(`http://127.0.0.1:${canary.port}/`);
    const before = canary.visits();
    expect(await attempt(createGuardedFetch({ privateNetworks: 'allow' }))).toEqual({ state: 'delivered' });
    expect(canary.visits()).toBe(before + 1);
  });

  it.each(forbiddenUrls(0).map((url) => url.replace(':0/', ':PORT/')))(
    'are sent nothing, and nothing is tried again: %s',
    async (url) => {
      const before = canary.visits();
      const { attempt, errors } = await aDelivery(url.replace('PORT', String(canary.port)));
      expect(await attempt(createGuardedFetch({ privateNetworks: 'deny' }))).toEqual({ state: 'failed' });
      expect(await errors()).toEqual([expect.stringContaining('The address is not allowed: ')]);
      expect(canary.visits()).toBe(before);
    },
  );

  it('are not reached by a name that changes its meaning after it was checked', async () => {
    const before = canary.visits();
    const dns = await startRebindingDns();
    try {
      const fetch = createGuardedFetch({ privateNetworks: 'deny', lookup: dns.lookup });
      const { attempt, errors } = await aDelivery(`http://rebinding.example:${canary.port}/`);
      expect(await attempt(fetch, 1)).toMatchObject({ state: 'pending' });
      expect(await attempt(fetch, 2)).toEqual({ state: 'failed' });
      expect(await errors()).toEqual([
        expect.stringContaining('No answer came: '),
        'The address is not allowed: rebinding.example is not at a public address.',
      ]);
      expect(dns.answers).toEqual(['2d00::1', '127.0.0.1']);
      expect(canary.visits()).toBe(before);
    } finally {
      await dns.close();
    }
  });
});
