import { CodedError } from '@framefold/domain';

/** What services call it when they have no room left; AWS never does. */
const FULL = new Set(['InsufficientStorage', 'QuotaExceeded', 'StorageFull', 'XMinioStorageFull']);

/**
 * Turns what the SDK throws into the store's own terms. What the service said goes into the detail.
 *
 * @returns STORE_FULL, or STORE_UNAVAILABLE for all else: a service that refuses today may be put right tomorrow
 */
export function storeFault(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const full = FULL.has(nameOf(error) ?? '') || statusOf(error) === 507;
  return new CodedError(
    full ? 'STORE_FULL' : 'STORE_UNAVAILABLE',
    full ? 'The object store is full.' : 'The object store cannot be read or written.',
    { cause: describe(error) },
    { cause: error },
  );
}

/** What the service calls the fault, such as `NoSuchKey`; for faults of the connection the system's code. */
export function nameOf(error: unknown): string | undefined {
  return text(error, 'name');
}

/** The HTTP status of an answer that was a refusal. */
export function statusOf(error: unknown): number | undefined {
  // By shape, not by class: the SDK's errors come from another realm in tests.
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata as { readonly httpStatusCode?: number } | undefined;
  return metadata?.httpStatusCode;
}

/** Whether an object is not there, rather than its bucket. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';
}

function describe(error: unknown): string {
  // A refused connection to a name with several addresses says nothing itself; its parts do.
  const parts = ['name', 'code', 'message'].flatMap((field) => text(error, field) ?? []);
  return [...new Set(parts)].join(': ') || String(error);
}

function text(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null || !(field in error)) return undefined;
  const value = (error as Record<string, unknown>)[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Does what asks the service, and turns what it throws into the store's own terms. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeFault(error);
  }
}
