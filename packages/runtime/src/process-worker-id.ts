import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** A new name for this worker process, also told apart from one of the same pid after a restart of the machine. */
export function processWorkerId(): string {
  return `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
}
