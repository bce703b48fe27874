import { ForbiddenUrlError } from './address-guard.ts';

/** Why a guarded fetch was refused by its rules; undefined for what went wrong on the way. */
export function forbiddenReason(error: unknown): string | undefined {
  return causesOf(error).find((cause) => cause instanceof ForbiddenUrlError)?.message;
}

/** Why a guarded fetch got no answer: the system's code where it has one, and words. */
export function reasonOf(error: unknown): { readonly code?: string; readonly sentence: string } {
  const causes = causesOf(error);
  const code = causes.flatMap((cause) => ('code' in cause ? [String(cause.code)] : []))[0];
  return { ...(code === undefined ? {} : { code }), sentence: causes.at(-1)?.message ?? 'no answer' };
}

/** An error and what caused it; for one that tried several addresses, the first of its errors. */
function causesOf(error: unknown): Error[] {
  // By shape: errors of Node's own modules come from another realm in tests.
  if (typeof error !== 'object' || error === null || !('message' in error)) return [];
  const first: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  return [error as Error, ...causesOf('cause' in error ? error.cause : first)];
}
