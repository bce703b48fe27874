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
  /** What kind of encode it was: sound that goes well says nothing of the picture, nor the processor of a GPU. */
  readonly kind: string;
  /** Undefined when it went well. */
  readonly code?: FailureCode;
}

/**
 * Why a worker should not take any more work, going by its latest encodes, or undefined when there is no reason.
 *
 * @param ends of encodes, the latest last
 */
export function suspicion(ends: readonly EncodeEnd[]): string | undefined {
  for (const kind of new Set(ends.map((end) => end.kind))) {
    const failing = failingInARow(ends.filter((end) => end.kind === kind));
    if (failing >= SUSPICIOUS_FAILURES)
      return `Encodes of ${failing} different jobs failed here in a row (${kind}).`;
  }
  return undefined;
}

/** Jobs of which the latest encodes failed, up to the last that went well. */
function failingInARow(ends: readonly EncodeEnd[]): number {
  const failing = new Set<string>();
  for (const { jobId, code } of [...ends].reverse()) {
    if (code === undefined) break;
    if (SUSPICIOUS_CODES.has(code)) failing.add(jobId);
  }
  return failing.size;
}
