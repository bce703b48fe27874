import type { NewDelivery } from '@framefold/domain';
import type { Deliveries } from './deliveries.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';

/** Fresh tables of webhooks. */
export interface WebhooksUnderTest {
  readonly deliveries: Deliveries;
  readonly webhookSecrets: WebhookSecrets;
  readonly close: () => Promise<void>;
}

const delivery = (id: string, fields: Partial<NewDelivery> = {}): NewDelivery => ({
  id,
  tenantId: 'default',
  jobId: `job of ${id}`,
  url: 'https://hooks.example/h',
  event: 'job.completed',
  sequence: 7,
  body: '{"type":"job.completed"}',
  createdAt: 1_000,
  startAt: 2_000,
  ...fields,
});
const refused = { at: 3_000, status: 500, error: 'The receiver answered 500.', durationMs: 12 };
const retry = { state: 'pending', nextAttemptAt: 5_000 } as const;

/** What every implementation must hold. All tests share the tables: each uses ids of its own. */
export function describeWebhooks(name: string, open: () => Promise<WebhooksUnderTest>): void {
  describe(`${name} as a log of webhooks and a keeper of their secrets`, () => {
    let tables: WebhooksUnderTest;
    let deliveries: Deliveries;
    let secrets: WebhookSecrets;
    beforeAll(async () => {
      tables = await open();
      ({ deliveries, webhookSecrets: secrets } = tables);
    });
    afterAll(() => tables.close());

    const isDue = async (id: string, now: number): Promise<boolean> =>
      (await deliveries.due(now, 1_000)).some((run) => run.id === id);

    it('keeps a delivery as it was added first', async () => {
      await deliveries.add([delivery('kept', { tenantId: 'acme' }), delivery('kept', { body: 'other' })]);
      await deliveries.add([delivery('kept', { url: 'https://elsewhere.example/' })]);
      const { tenantId, body, startAt: _, ...shown } = delivery('kept', { tenantId: 'acme' });
      expect(await deliveries.find('kept')).toEqual({
        ...shown,
        state: 'pending',
        attempts: [],
        ...{ tenantId, body, run: 0, runBeganAt: 1_000, attemptsOfRun: 0 },
      });
      expect(await deliveries.ofJob('job of kept')).toEqual([{ ...shown, state: 'pending', attempts: [] }]);
    });

    it('knows nothing of what it does not have', async () => {
      await deliveries.add([]);
      expect(await deliveries.find('nothing')).toBeUndefined();
      expect(await deliveries.ofJob('nothing')).toEqual([]);
      await deliveries.sendAgain('nothing', 1);
      await deliveries.release('nothing');
      await deliveries.recordAttempt({ id: 'nothing', run: 0, attempt: 1 }, refused, retry);
      expect(await deliveries.find('nothing')).toBeUndefined();
    });

    it('lists those of a job in the order of its log', async () => {
      const jobId = 'an ordered job';
      await deliveries.add([3, 1, 2].map((sequence) => delivery(`order-${sequence}`, { jobId, sequence })));
      expect((await deliveries.ofJob(jobId)).map(({ id }) => id)).toEqual(['order-1', 'order-2', 'order-3']);
    });

    it('has a delivery due from its time on, until it is started', async () => {
      await deliveries.add([delivery('due')]);
      expect(await isDue('due', 1_999)).toBe(false);
      expect(await isDue('due', 2_000)).toBe(true);
      await deliveries.markStarted({ id: 'due', run: 1 });
      expect(await isDue('due', 2_000)).toBe(true);
      await deliveries.markStarted({ id: 'due', run: 0 });
      expect(await isDue('due', 9e12)).toBe(false);
    });

    it('gives the oldest first with their tenants, and no more than were asked for', async () => {
      const early = [-3, -1, -2].map((startAt) =>
        delivery(`early${startAt}`, { startAt, tenantId: `tenant${startAt}` }),
      );
      await deliveries.add(early);
      const due = await deliveries.due(-1, 2);
      expect(due).toEqual([
        { id: 'early-3', run: 0, tenantId: 'tenant-3', jobId: 'job of early-3', event: 'job.completed' },
        { id: 'early-2', run: 0, tenantId: 'tenant-2', jobId: 'job of early-2', event: 'job.completed' },
      ]);
      for (const { id } of early) await deliveries.markStarted({ id, run: 0 });
    });

    it('makes what waits of a job due at once, and nothing else', async () => {
      await deliveries.add([delivery('held'), delivery('other'), delivery('gone', { jobId: 'job of held' })]);
      await deliveries.markStarted({ id: 'gone', run: 0 });
      await deliveries.release('job of held');
      expect(await isDue('held', 0)).toBe(true);
      expect(await isDue('gone', 0)).toBe(false);
      expect(await isDue('other', 0)).toBe(false);
    });

    it('puts each attempt on record once', async () => {
      await deliveries.add([delivery('tried')]);
      const first = { id: 'tried', run: 0, attempt: 1 };
      await Promise.all([1, 2, 3].map(() => deliveries.recordAttempt(first, refused, retry)));
      expect(await deliveries.find('tried')).toMatchObject({
        state: 'pending',
        nextAttemptAt: 5_000,
        attempts: [refused],
        attemptsOfRun: 1,
      });
      const silence = { at: 5_000, error: 'No answer came: ETIMEDOUT', durationMs: 10_000 };
      await deliveries.recordAttempt({ ...first, attempt: 2 }, silence, { state: 'failed' });
      await deliveries.recordAttempt(first, refused, retry);
      const found = await deliveries.find('tried');
      expect(found).toMatchObject({ state: 'failed', attempts: [refused, silence], attemptsOfRun: 2 });
      expect(found).not.toHaveProperty('nextAttemptAt');
      expect((await deliveries.ofJob('job of tried'))[0]?.attempts).toEqual([refused, silence]);
    });

    it('sends again: another run, due at once, that keeps the record and leaves the former run behind', async () => {
      await deliveries.add([delivery('again')]);
      await deliveries.markStarted({ id: 'again', run: 0 });
      await deliveries.recordAttempt({ id: 'again', run: 0, attempt: 1 }, refused, retry);
      await deliveries.sendAgain('again', 8_000);
      expect(await deliveries.due(8_000, 1_000)).toContainEqual({
        ...{ id: 'again', run: 1, tenantId: 'default', jobId: 'job of again', event: 'job.completed' },
      });
      const found = await deliveries.find('again');
      expect(found).toMatchObject({
        ...{ state: 'pending', run: 1, runBeganAt: 8_000, attemptsOfRun: 0 },
        ...{ attempts: [refused], body: delivery('again').body },
      });
      expect(found).not.toHaveProperty('nextAttemptAt');

      await deliveries.recordAttempt({ id: 'again', run: 0, attempt: 2 }, refused, { state: 'failed' });
      await deliveries.skip({ id: 'again', run: 0 });
      expect(await deliveries.find('again')).toMatchObject({ state: 'pending', attempts: [refused] });

      const taken = { at: 9_000, status: 204, durationMs: 5 };
      await deliveries.recordAttempt({ id: 'again', run: 1, attempt: 1 }, taken, { state: 'delivered' });
      expect(await deliveries.find('again')).toMatchObject({
        state: 'delivered',
        attempts: [refused, taken],
        attemptsOfRun: 1,
      });
    });

    it('skips what is no news any more', async () => {
      await deliveries.add([delivery('skipped')]);
      await deliveries.skip({ id: 'skipped', run: 0 });
      expect(await deliveries.find('skipped')).toMatchObject({ state: 'skipped', attempts: [] });
    });

    it('takes texts with characters that no database keeps', async () => {
      await deliveries.add([delivery('odd')]);
      const made = { ...refused, error: 'nul \0 half \ud83d' };
      await deliveries.recordAttempt({ id: 'odd', run: 0, attempt: 1 }, made, retry);
      expect((await deliveries.find('odd'))?.attempts).toHaveLength(1);
    });

    const secret = (id: string, createdAt: number, text = `whsec_${id}`) => ({ id, createdAt, secret: text });

    it('lists those of a tenant, newest first', async () => {
      expect(await secrets.list('acme')).toEqual([]);
      for (const [id, at] of [
        ['a', 1],
        ['c', 3],
        ['b', 2],
      ] as const)
        await secrets.add('acme', secret(id, at));
      await secrets.add('another', secret('d', 4));
      expect(await secrets.list('acme')).toEqual([secret('c', 3), secret('b', 2), secret('a', 1)]);
    });

    it('leaves a secret as it is, or replaces it and keeps its age', async () => {
      await secrets.put('kept', secret('first', 1, 'whsec_one'));
      await secrets.add('kept', secret('first', 2, 'whsec_two'));
      expect(await secrets.list('kept')).toEqual([secret('first', 1, 'whsec_one')]);
      await secrets.put('kept', secret('first', 3, 'whsec_three'));
      expect(await secrets.list('kept')).toEqual([secret('first', 1, 'whsec_three')]);
    });
  });
}
