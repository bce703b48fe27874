import { TenantId, TenantSettings } from './tenant.ts';

describe('the name of a tenant', () => {
  it.each(['a', '7', 'acme', 'acme-video-2', 'a'.repeat(32)])('may be %s', (name) => {
    expect(TenantId.safeParse(name).success).toBe(true);
  });

  it.each(['', '-a', 'a-', 'Acme', 'a_b', 'a b', 'a/b', '..', 'ä', 'a'.repeat(33), 'a\n'])(
    'may not be %j',
    (name) => {
      expect(TenantId.safeParse(name).success).toBe(false);
    },
  );
});

describe('the settings of a tenant', () => {
  it('limit nothing by themselves but how urgent its jobs are', () => {
    expect(TenantSettings.parse({})).toEqual({ weight: 1, priorityCeiling: 4, quotas: {} });
  });

  it.each([
    { weight: 0 },
    { weight: 1001 },
    { priorityCeiling: 0 },
    { priorityCeiling: 10 },
    { quotas: { concurrentJobs: -1 } },
    { quotas: { concurrentJobs: 1.5 } },
    { quotas: { pages: 1 } },
  ])('may not be %j', (settings) => {
    expect(TenantSettings.safeParse(settings).success).toBe(false);
  });
});
