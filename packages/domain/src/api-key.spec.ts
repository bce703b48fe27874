import { actsForAll, isUsable, refusalOf, type ApiKey, type Need, type Scope } from './api-key.ts';

const key = (fields: Partial<ApiKey>): ApiKey => ({
  ...{ id: 'k', tenantId: 'acme', name: 'k', scopes: ['read'], createdAt: 0 },
  ...fields,
});

describe('a key', () => {
  it.each<[string, Partial<ApiKey>, boolean]>([
    ['has no end by itself', {}, true],
    ['works before its end', { expiresAt: 101 }, true],
    ['ends at the very millisecond', { expiresAt: 100 }, false],
    ['works no more when it is revoked, whatever its end', { expiresAt: 999, revokedAt: 100 }, false],
    ['works no more when it was revoked by a clock that was ahead', { revokedAt: 101 }, false],
  ])('%s', (_, fields, expected) => {
    expect(isUsable(key(fields), 100)).toBe(expected);
  });
});

describe('what a principal may', () => {
  it.each<[string, Scope[], Need, string | undefined]>([
    ['acme', ['read'], { scope: 'read' }, undefined],
    ['acme', ['read', 'submit'], { scope: 'submit' }, undefined],
    ['acme', ['submit'], { scope: 'read' }, 'The key has no scope read.'],
    ['acme', [], { scope: 'read' }, 'The key has no scope read.'],
    ['acme', ['operate', 'submit', 'read'], { scope: 'admin' }, 'The key has no scope admin.'],
    ['acme', ['admin'], { scope: 'operate' }, undefined],
    [
      'acme',
      ['admin'],
      { scope: 'read', ofInstallation: true },
      'Only keys of the tenant default may ask this.',
    ],
    ['default', ['read'], { scope: 'read', ofInstallation: true }, undefined],
    ['default', ['read'], { scope: 'admin', ofInstallation: true }, 'The key has no scope admin.'],
  ])('of %s with %j, where %j is needed', (tenantId, scopes, need, expected) => {
    expect(refusalOf({ tenantId, scopes }, need)).toBe(expected);
  });

  it.each<[string, Scope[], boolean]>([
    ['default', ['admin'], true],
    ['default', ['submit', 'read', 'operate'], false],
    ['acme', ['admin'], false],
  ])('of %s with %j for every tenant: %s', (tenantId, scopes, expected) => {
    expect(actsForAll({ tenantId, scopes })).toBe(expected);
  });
});
