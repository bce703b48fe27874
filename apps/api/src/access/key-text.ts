import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as its owner has it: `ff_<id>_<secret>`. The id is no secret; it finds the key, and names it in lists. */
export interface KeyText {
  readonly id: string;
  readonly secret: string;
}

/** A new key: 32 random bytes behind an id of 8. */
export function makeKey(): KeyText {
  return { id: randomBytes(8).toString('hex'), secret: randomBytes(32).toString('base64url') };
}

/** The key as it is handed out. */
export function formatKey({ id, secret }: KeyText): string {
  return `ff_${id}_${secret}`;
}

/** The parts of a key; undefined for what cannot be one. */
export function parseKey(text: string): KeyText | undefined {
  const [, id, secret] = /^ff_([0-9a-f]{16})_([\w-]{43})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * What is kept of a secret, hexadecimal. A fast hash is enough: nobody can try 2^256 secrets, however fast
 * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html speaks of what people can remember).
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a secret is the one that a hash was made of; takes the same time for any wrong one. */
export function matches(secret: string, hash: string): boolean {
  const [given, kept] = [Buffer.from(hashSecret(secret), 'hex'), Buffer.from(hash, 'hex')];
  return given.length === kept.length && timingSafeEqual(given, kept);
}
