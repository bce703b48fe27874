import { AccessBackup, mergeAccessRows, type KeyRow, type TenantRow } from './access-rows.ts';

const tenant = (id: string, changedAt: number, weight = 1): TenantRow => ({
  ...{ id, weight, changedAt },
  ...{ priorityCeiling: 4, quotas: {}, createdAt: 1 },
});
const key = (id: string, fields: Partial<KeyRow> = {}): KeyRow => ({
  ...{ id, tenantId: 'default', name: id, scopes: ['read'], createdAt: 1, secretHash: 'ab'.repeat(32) },
  ...fields,
});

describe('mergeAccessRows', () => {
  it('keeps what either has, in order of ids', () => {
    const former = { tenants: [tenant('default', 0), tenant('z', 5)], keys: [key('b')] };
    const present = { tenants: [tenant('a', 6), tenant('default', 0)], keys: [key('a'), key('c')] };
    const whole = mergeAccessRows(former, present);
    expect(whole.tenants.map(({ id }) => id)).toEqual(['a', 'default', 'z']);
    expect(whole.keys).toEqual([key('a'), key('b'), key('c')]);
    expect(mergeAccessRows(whole, present)).toEqual(whole);
  });

  it.each([
    ['later', 5, 6, 2],
    ['earlier', 6, 5, 1],
    ['of a new catalogue', 0, 0, 1],
  ])('takes the later settings of a tenant (present ones are %s)', (_case, before, now, weight) => {
    const one = (changedAt: number, w: number) => ({ tenants: [tenant('t', changedAt, w)], keys: [] });
    expect(mergeAccessRows(one(before, 1), one(now, 2)).tenants).toEqual([
      tenant('t', Math.max(before, now), weight),
    ]);
  });

  it('ends a key where either ended it, and never later', () => {
    const ends: [Partial<KeyRow>, Partial<KeyRow>, Partial<KeyRow>][] = [
      [{ revokedAt: 7 }, {}, { revokedAt: 7 }],
      [{}, { revokedAt: 7 }, { revokedAt: 7 }],
      [{ expiresAt: 9 }, { expiresAt: 5, revokedAt: 8 }, { expiresAt: 5, revokedAt: 8 }],
    ];
    for (const [former, present, end] of ends) {
      const of = (fields: Partial<KeyRow>) => ({ tenants: [], keys: [key('k', fields)] });
      expect(mergeAccessRows(of(former), of(present)).keys).toEqual([key('k', end)]);
    }
  });
});

describe('AccessBackup', () => {
  const backup = { version: 1, writtenAt: 3, tenants: [tenant('default', 0)], keys: [key('k')] };

  it('is a version, tenants, and keys of these tenants', () => {
    expect(AccessBackup.parse(JSON.parse(JSON.stringify(backup)))).toEqual(backup);
    expect(AccessBackup.safeParse({ ...backup, version: 2 }).success).toBe(false);
    expect(AccessBackup.safeParse({ ...backup, tenants: [] }).success).toBe(false);
    expect(AccessBackup.safeParse({ ...backup, keys: [key('k', { secretHash: 'clear' })] }).success).toBe(
      false,
    );
  });
});
