import type { FailureCode } from './failure.ts';

/** Encodes of different jobs that a worker may fail in a row before it is suspected itself. */
export const SUSPICIOUS_FAILURES = 3;

/**
 * Codes that speak against a worker. A limit that was met speaks of the job's limits, a damaged source of the source:
 * whoever submits those must not be able to stop a pool.
 */
const SUSPICIOUS_CODES: ReadonlySet<FailureCode> = new Set(['ENCODER_CRASHED', 'ENCODER_OUTPUT_INVALID']);

/** How an encode on a worker ended. */
export interface EncodeEnd {
  readonly jobId: string;
  /** Undefined when it went well. */
  readonly code?: FailureCode;
}

/**
 * Why a worker should not take any more work, going by its latest encodes, or undefined when there is no reason.
 *
 * @param ends of encodes, the latest last
 */
export function suspicion(ends: readonly EncodeEnd[]): string | undefined {
  const failing = new Set<string>();
  for (const { jobId, code } of [...ends].reverse()) {
    if (code === undefined) break;
    if (SUSPICIOUS_CODES.has(code)) failing.add(jobId);
  }
  return failing.size < SUSPICIOUS_FAILURES
    ? undefined
    : `Encodes of ${failing.size} different jobs failed here in a row.`;
}
