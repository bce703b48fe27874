import { CodedError } from '@framefold/domain';

/**
 * Holds a key against the rules of {@link ObjectStore}: no empty, `.`, `..` or hidden parts, no control characters.
 *
 * @throws {CodedError} INTERNAL, because keys are made by this code, never by a client
 */
export function assertKey(key: string): void {
  const parts = key.split('/');
  const wrong = parts.some((part) => part === '' || part.startsWith('.'));
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  if (wrong || key.length > 1024 || /[\u0000-\u001f\u007f\\]/.test(key)) {
    throw new CodedError('INTERNAL', `${JSON.stringify(key)} is not a key of the object store.`);
  }
}

/** The same for a prefix, which ends in `/`. */
export function assertPrefix(prefix: string): void {
  if (!prefix.endsWith('/')) throw new CodedError('INTERNAL', `${JSON.stringify(prefix)} is not a prefix.`);
  assertKey(prefix.slice(0, -1));
}
