import { foldAll, type JobEvent, type NewEvent, type Tenant } from '@framefold/domain';
import { event, example, EXAMPLES, happyLog, request } from '@framefold/domain/testing';
import type { OpenCatalogue } from '../catalogue/catalogue.ts';
import type { AccessStore, StoredKey } from './access-store.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const DAY = '2026-11-30';

const tenantOf = (id: string, fields: Partial<Tenant> = {}): Tenant => ({
  id,
  weight: 1,
  priorityCeiling: 4,
  quotas: {},
  createdAt: NOW,
  ...fields,
});
const keyOf = (id: string, fields: Partial<StoredKey> = {}): StoredKey => ({
  id,
  tenantId: 'default',
  name: `key ${id}`,
  scopes: ['read', 'submit'],
  secretHash: 'ab'.repeat(32),
  createdAt: NOW,
  ...fields,
});
const logOf = (jobId: string, events: readonly JobEvent[], first = 0): NewEvent[] =>
  events.map((one, index) => ({ jobId, stream: 'job', sequence: first + index, event: one }));
const submitted = (tenantId: string, at = NOW): JobEvent =>
  event('JobSubmitted', at, { request: request(), tenantId });
/** A log that completes today. */
const completed = (tenantId: string): JobEvent[] => [
  submitted(tenantId),
  ...happyLog()
    .slice(1)
    .map((one) => ({ ...one, at: NOW })),
];

/** What every access store must hold. All tests share one database: each uses tenants and keys of its own. */
export function describeAccessStore(name: string, open: () => Promise<OpenCatalogue>): void {
  describe(`${name} as an access store`, () => {
    let catalogue: OpenCatalogue;
    let access: AccessStore;
    beforeAll(async () => {
      catalogue = await open();
      ({ access } = catalogue);
    });
    afterAll(() => catalogue.close());

    describe('tenants', () => {
      it('has the default one from the start', async () => {
        expect(await access.tenant('default')).toMatchObject({ weight: 1, priorityCeiling: 4, quotas: {} });
      });

      it('knows none under a name that no database keeps', async () => {
        expect(await access.tenant('a\0')).toBeUndefined();
        expect(await access.setTenant('a\0', { weight: 1, priorityCeiling: 4, quotas: {} })).toBeUndefined();
      });

      it('makes, lists and changes them, each name once', async () => {
        const made = tenantOf('made', { title: 'Made', weight: 2.5, quotas: { concurrentJobs: 3 } });
        expect(await access.createTenant(made)).toBe(true);
        expect(await access.createTenant(tenantOf('made', { weight: 9 }))).toBe(false);
        expect(await access.tenant('made')).toEqual(made);
        const settings = { weight: 1, priorityCeiling: 2, quotas: { minutesPerDay: 0.5 } };
        expect(await access.setTenant('made', settings)).toEqual({
          id: 'made',
          createdAt: NOW,
          ...settings,
        });
        await access.createTenant(tenantOf('a-first'));
        expect((await access.tenants()).map(({ id }) => id)).toEqual(
          expect.arrayContaining(['a-first', 'default', 'made']),
        );
      });

      it('knows no others', async () => {
        expect(await access.tenant('nobody')).toBeUndefined();
        expect(await access.setTenant('nobody', tenantOf('nobody'))).toBeUndefined();
      });
    });

    describe('keys', () => {
      it('knows none under an id that no database keeps', async () => {
        expect(await access.key('a\0')).toBeUndefined();
        expect(await access.revokeKey('default', 'a\0', NOW)).toBeUndefined();
      });

      it('keeps them with their tenant', async () => {
        const key = keyOf('kept', { expiresAt: NOW + 5, name: 'nul \0' });
        await access.createKey(key);
        expect(await access.key('kept')).toEqual({
          key: { ...key, name: 'nul \ufffd' },
          tenant: await access.tenant('default'),
        });
        expect(await access.key('other')).toBeUndefined();
      });

      it('lists those of one tenant, newest first, without what their secrets are recognised by', async () => {
        await access.createTenant(tenantOf('lists'));
        await access.createKey(keyOf('older', { tenantId: 'lists' }));
        await access.createKey(keyOf('newer', { tenantId: 'lists', createdAt: NOW + 1 }));
        const keys = await access.keys('lists');
        expect(keys.map(({ id }) => id)).toEqual(['newer', 'older']);
        expect(keys[0]).not.toHaveProperty('secretHash');
      });

      it('notes when one was used last', async () => {
        await access.createKey(keyOf('used'));
        await access.touchKey('used', NOW + 7);
        await access.touchKey('nothing', NOW);
        expect((await access.key('used'))?.key.lastUsedAt).toBe(NOW + 7);
      });

      it('revokes one for good, and only for its tenant', async () => {
        await access.createTenant(tenantOf('stranger'));
        await access.createKey(keyOf('revoked'));
        expect(await access.revokeKey('stranger', 'revoked', NOW)).toBeUndefined();
        expect((await access.key('revoked'))?.key).not.toHaveProperty('revokedAt');
        expect(await access.revokeKey('default', 'revoked', NOW)).toMatchObject({ revokedAt: NOW });
        expect(await access.revokeKey('default', 'revoked', NOW + 9)).toMatchObject({ revokedAt: NOW });
        expect(await access.revokeKey('default', 'unknown', NOW)).toBeUndefined();
      });

      it('puts a successor beside a key, which ends sooner and never later', async () => {
        await access.createKey(keyOf('old'));
        expect(await access.succeedKey('old', keyOf('new-1'), NOW + 50)).toMatchObject({
          id: 'old',
          expiresAt: NOW + 50,
        });
        expect(await access.succeedKey('old', keyOf('new-2'), NOW + 90)).toMatchObject({
          expiresAt: NOW + 50,
        });
        expect((await access.key('new-1'))?.key.id).toBe('new-1');
        expect(await access.succeedKey('unknown', keyOf('new-3'), NOW)).toBeUndefined();
        expect(await access.succeedKey('old', keyOf('new-3', { tenantId: 'lists' }), NOW)).toBeUndefined();
        expect(await access.key('new-3')).toBeUndefined();
      });
    });

    describe('rows of a backup', () => {
      it('are all tenants and keys, without last uses', async () => {
        await access.createTenant(tenantOf('rows', { quotas: { concurrentJobs: 3 } }));
        await access.createKey(keyOf('rows-1', { tenantId: 'rows', expiresAt: NOW + 9 }));
        await access.touchKey('rows-1', NOW);
        await access.createKey(keyOf('rows-2', { tenantId: 'rows' }));
        await access.revokeKey('rows', 'rows-2', NOW + 1);
        const { tenants, keys } = await access.rows();
        expect(tenants.find(({ id }) => id === 'rows')).toEqual({
          ...tenantOf('rows', { quotas: { concurrentJobs: 3 } }),
          changedAt: NOW,
        });
        const ofRows = keys.filter(({ tenantId }) => tenantId === 'rows');
        expect(new Set(ofRows)).toEqual(
          new Set([
            keyOf('rows-1', { tenantId: 'rows', expiresAt: NOW + 9 }),
            keyOf('rows-2', { tenantId: 'rows', revokedAt: NOW + 1 }),
          ]),
        );
      });

      it('come back once, with keys that stay revoked', async () => {
        const tenants = [{ ...tenantOf('back', { weight: 3 }), changedAt: NOW + 1 }];
        const keys = [
          keyOf('back-1', { tenantId: 'back' }),
          keyOf('back-2', { tenantId: 'back', revokedAt: NOW + 2 }),
        ];
        expect(await access.restore({ tenants, keys })).toEqual({ tenants: 1, keys: 2 });
        expect(await access.restore({ tenants, keys })).toEqual({ tenants: 0, keys: 0 });
        const all = await access.rows();
        expect(all.tenants).toEqual(expect.arrayContaining(tenants));
        expect(all.keys).toEqual(expect.arrayContaining(keys));
        expect(await access.restore({ tenants: [], keys: [] })).toEqual({ tenants: 0, keys: 0 });
      });

      it('do not go back behind what was decided since', async () => {
        await access.createTenant(tenantOf('since'));
        await access.createKey(keyOf('since-1', { tenantId: 'since' }));
        await access.createKey(keyOf('since-2', { tenantId: 'since' }));
        const { tenants, keys } = await access.rows();
        const settings = { weight: 7, priorityCeiling: 2, quotas: {} };
        await access.setTenant('since', settings);
        await access.revokeKey('since', 'since-1', NOW);
        const ofSince = {
          tenants: tenants.filter(({ id }) => id === 'since'),
          // Of another key the backup knows an end that is not known here.
          keys: keys
            .filter(({ tenantId }) => tenantId === 'since')
            .map((key) => (key.id === 'since-2' ? { ...key, revokedAt: NOW + 3, expiresAt: NOW + 4 } : key)),
        };
        expect(await access.restore(ofSince)).toEqual({ tenants: 0, keys: 0 });
        expect(await access.tenant('since')).toMatchObject(settings);
        expect((await access.key('since-1'))?.key.revokedAt).toBe(NOW);
        expect((await access.key('since-2'))?.key).toMatchObject({ revokedAt: NOW + 3, expiresAt: NOW + 4 });
      });

      it('give the default tenant its settings where nobody decided them here, and only there', async () => {
        const settings = { weight: 5, priorityCeiling: 3, quotas: {} };
        const backup = (changedAt: number) => ({
          tenants: [{ ...tenantOf('default', settings), changedAt }],
          keys: [],
        });
        await access.restore(backup(0));
        expect(await access.tenant('default')).toEqual(tenantOf('default', settings));
        const decided = { weight: 1, priorityCeiling: 4, quotas: {} };
        await access.setTenant('default', decided);
        await access.restore(backup(NOW - 10 * 365 * 86_400_000));
        expect(await access.tenant('default')).toMatchObject(decided);
      });
    });

    describe('jobs of a tenant', () => {
      it('are listed by themselves', async () => {
        await catalogue.append([...logOf('of-a', [submitted('a')]), ...logOf('of-b', [submitted('b')])]);
        const ids = async (tenantId: string) =>
          (await catalogue.list({ tenantId, limit: 9 })).jobs.map(({ id }) => id);
        expect(await ids('a')).toEqual(['of-a']);
        expect(await ids('b')).toEqual(['of-b']);
        expect((await catalogue.job('of-a'))?.job).toEqual(foldAll([submitted('a')]));
        expect(await catalogue.tenantOf('of-b')).toBe('b');
        expect(await catalogue.tenantOf('of-nobody')).toBeUndefined();
      });
    });

    describe('usage', () => {
      it('adds up jobs, minutes and bytes by day, each event once', async () => {
        const { output } = EXAMPLES.JobCompleted;
        await catalogue.append(logOf('used-1', completed('user')));
        await catalogue.append(logOf('used-1', completed('user')));
        for (const one of logOf('used-2', completed('user'))) await catalogue.append([one]);
        await catalogue.append(logOf('used-3', [submitted('user', NOW - 86_400_000)]));
        expect(await access.usage('user', '2026-11-01')).toEqual([
          { day: '2026-11-29', jobs: 1, minutes: 0, bytes: 0 },
          { day: DAY, jobs: 2, minutes: (2 * output.durationSeconds) / 60, bytes: 2 * output.sizeBytes },
        ]);
        expect(await access.usage('user', DAY)).toHaveLength(1);
        expect(await access.standing('user', NOW)).toEqual({
          runningJobs: 1,
          minutesToday: (2 * output.durationSeconds) / 60,
          storedBytes: 2 * output.sizeBytes,
        });
        expect(await access.standing('user', NOW + 86_400_000)).toMatchObject({ minutesToday: 0 });
        expect(await access.standing('nobody', NOW)).toEqual({
          runningJobs: 0,
          minutesToday: 0,
          storedBytes: 0,
        });
      });

      it('is on the same days when a log is restored as when it was recorded', async () => {
        const overnight = (tenantId: string): JobEvent[] => [
          submitted(tenantId, NOW - 86_400_000),
          ...completed(tenantId).slice(1),
        ];
        for (const one of logOf('lived', overnight('lived'))) await catalogue.append([one]);
        const recorded = await access.usage('lived', '2026-11-01');
        expect(recorded.map(({ jobs }) => jobs)).toEqual([1, 0]);
        await catalogue.restore('restored', logOf('restored', overnight('restored')));
        expect(await access.usage('restored', '2026-11-01')).toEqual(recorded);
        // What was there before counts once.
        await catalogue.append(logOf('partly', overnight('partly').slice(0, 4)));
        for (const jobId of ['partly', 'lived']) {
          await catalogue.restore(jobId, logOf(jobId, overnight(jobId)));
          expect(await access.usage(jobId, '2026-11-01')).toEqual(recorded);
        }
      });

      it('is the same when appends of many jobs meet', async () => {
        const logs = Array.from({ length: 6 }, (_, index) => logOf(`meet-${index}`, completed('meet')));
        await Promise.all([
          catalogue.append(logs.slice(0, 4).flat()),
          catalogue.append(logs.slice(2).flat()),
          catalogue.append([...logs].reverse().flat()),
        ]);
        expect(await access.usage('meet', DAY)).toMatchObject([{ jobs: 6 }]);
      });
    });

    describe('admission', () => {
      it('lets in as many at once as the quota has room for', async () => {
        const tenant = tenantOf('narrow', { quotas: { concurrentJobs: 3 } });
        await access.createTenant(tenant);
        await catalogue.append(logOf('running', [submitted('narrow')]));
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, (_, index) => access.admit({ tenant, jobId: `n-${index}`, now: NOW })),
        );
        expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(2);
        expect(outcomes.find((outcome) => outcome !== undefined)).toEqual({
          quota: 'concurrentJobs',
          limit: 3,
          used: 3,
        });
      });

      it('lets a known job in again, counts it once, and shows it to nobody', async () => {
        const tenant = tenantOf('again', { quotas: { concurrentJobs: 1 } });
        await access.createTenant(tenant);
        expect(await access.admit({ tenant, jobId: 'again-1', now: NOW })).toBeUndefined();
        expect(await access.admit({ tenant, jobId: 'again-1', now: NOW })).toBeUndefined();
        expect(await access.standing('again', NOW)).toMatchObject({ runningJobs: 1 });
        expect(await catalogue.job('again-1')).toBeUndefined();
        await catalogue.append(logOf('again-1', [submitted('again')]));
        expect((await catalogue.list({ tenantId: 'again', limit: 9 })).jobs).toHaveLength(1);
        expect(await access.standing('again', NOW)).toMatchObject({ runningJobs: 1 });
      });

      it('forgets a job that was not started, by word or after a while, and none that was', async () => {
        const tenant = tenantOf('forgets', { quotas: { concurrentJobs: 1 } });
        await access.createTenant(tenant);
        await access.admit({ tenant, jobId: 'lost-1', now: NOW });
        await access.release('lost-1');
        expect(await access.admit({ tenant, jobId: 'lost-2', now: NOW })).toBeUndefined();
        expect(await access.admit({ tenant, jobId: 'lost-3', now: NOW + 59_000 })).toBeDefined();
        expect(await access.admit({ tenant, jobId: 'lost-3', now: NOW + 61_000 })).toBeUndefined();
        await catalogue.append(logOf('lost-3', [submitted('forgets')]));
        await access.release('lost-3');
        expect(await catalogue.job('lost-3')).toBeDefined();
      });

      it('lets failed jobs be run again only as far as the quota has room for them together', async () => {
        const tenant = tenantOf('retries', { quotas: { concurrentJobs: 1 } });
        await access.createTenant(tenant);
        const ids = Array.from({ length: 8 }, (_, index) => `retry-${index}`);
        for (const id of ids)
          await catalogue.append(logOf(id, [submitted('retries'), example('JobFailed', NOW)]));
        const admitted = async (): Promise<string[]> => {
          const outcomes = await Promise.all(ids.map((jobId) => access.admit({ tenant, jobId, now: NOW })));
          return ids.filter((_, index) => outcomes[index] === undefined);
        };
        const [first, ...others] = await admitted();
        expect(others).toEqual([]);
        await access.release(first!);
        expect(await access.standing('retries', NOW)).toMatchObject({ runningJobs: 0 });
        expect((await catalogue.job(first!))?.job.state).toBe('failed');

        const [second = ''] = await admitted();
        // What the former run tells late does not begin the new one.
        await catalogue.append(logOf(second, [example('WarningRaised', NOW)], 2));
        expect(await access.standing('retries', NOW)).toMatchObject({ runningJobs: 1 });
        const again = logOf(second, [submitted('retries'), example('JobFailed', NOW)]);
        await catalogue.append(again.map((one) => ({ ...one, stream: 'job/1' })));
        expect(await access.standing('retries', NOW)).toMatchObject({ runningJobs: 0 });
      });

      it('refuses when minutes or bytes are used up', async () => {
        await catalogue.append(logOf('filled', completed('full')));
        const full = (quotas: Tenant['quotas']) =>
          access.admit({ tenant: tenantOf('full', { quotas }), jobId: 'more', now: NOW });
        expect(await full({ minutesPerDay: 0.5 })).toMatchObject({ quota: 'minutesPerDay' });
        expect(await full({ storageBytes: 10 })).toMatchObject({ quota: 'storageBytes' });
        expect(await full({ minutesPerDay: 0.6, storageBytes: 6_000_000 })).toBeUndefined();
      });
    });
  });
}
