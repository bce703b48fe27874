import { formatKey, hashSecret, makeKey, matches, parseKey } from './key-text.ts';

describe('a key', () => {
  it('survives being written down', () => {
    const keys = Array.from({ length: 50 }, makeKey);
    for (const key of keys) expect(parseKey(formatKey(key))).toEqual(key);
    expect(new Set(keys.map(({ secret }) => secret)).size).toBe(50);
  });

  it('is recognised by the hash of its secret, which does not tell it', () => {
    const { secret } = makeKey();
    const hash = hashSecret(secret);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(matches(secret, hash)).toBe(true);
    expect(matches(makeKey().secret, hash)).toBe(false);
    expect(matches(hash, hash)).toBe(false);
    expect(matches(secret, '')).toBe(false);
  });

  const { id, secret } = makeKey();
  it.each([
    '',
    'ff_',
    `ff_${id}`,
    `ff_${id}_`,
    `ff_${id}_${secret}x`,
    `ff_${id}_${secret.slice(1)}`,
    `ff_${id.toUpperCase()}X_${secret}`,
    `gg_${id}_${secret}`,
    ` ff_${id}_${secret}`,
    `ff_${id}_${secret}\n`,
  ])('is not %j', (text) => {
    expect(parseKey(text)).toBeUndefined();
  });
});
