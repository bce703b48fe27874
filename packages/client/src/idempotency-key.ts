/** How a submission is named, so that sending it again makes nothing new. */
export interface KeyOptions {
  /** By default a new one of each call, under which the call's own retries go. */
  readonly idempotencyKey?: string | undefined;
}

/** The header that names a submission. */
export function idempotencyHeader({ idempotencyKey = randomKey() }: KeyOptions): Record<string, string> {
  return { 'idempotency-key': idempotencyKey };
}

// crypto.randomUUID is not there for pages without TLS.
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
