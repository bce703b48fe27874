import type { FieldIssue } from '@framefold/domain';
import type { ProblemCode } from './problems.ts';

/** What a refusal says beside its code and sentence. */
export interface ProblemDetail {
  /** What is wrong with single fields. */
  readonly errors?: readonly FieldIssue[];
  /** Members of the answer that only this problem has (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal on its way to the client; the filter makes problem details of it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    /** One sentence about this very case. */
    message: string,
    readonly detail: ProblemDetail = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
