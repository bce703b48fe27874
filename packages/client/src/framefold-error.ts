/** A field of a request that the API refused. */
export interface FieldProblem {
  /** e.g. `ladder.0.crf` */
  readonly path: string;
  readonly message: string;
}

/** What is known of a call that failed, beside its code and sentence. */
interface Circumstances {
  readonly status?: number | undefined;
  readonly hint?: string | undefined;
  readonly errors?: readonly FieldProblem[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Answers of a service, or of a proxy before it, that is starting, stopping or has too much to do. */
const TRANSIENT_STATUSES = [429, 502, 503, 504];

/** The only error of this package: the API refused a call, or gave no answer that can be used. */
export class FramefoldError extends Error {
  override readonly name = 'FramefoldError';
  /**
   * Stable, in capitals: programs may branch on it. It is that of the API's problem details, or one of
   * `API_UNREACHABLE`, `API_TIMEOUT` (no answer) and `API_UNEXPECTED` (not an answer of Framefold).
   */
  readonly code: string;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** What to do about it, in a sentence. */
  readonly hint: string | undefined;
  /** What is wrong with which field of the request. */
  readonly errors: readonly FieldProblem[];
  /** The answer's `X-Request-Id`, where a proxy or service gives one. */
  readonly requestId: string | undefined;
  /** How long the API asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    { status, hint, errors = [], requestId, retryAfterMs, cause }: Circumstances = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.hint = hint;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same call may succeed in a moment: the API is starting, restarting or overloaded. */
  get isTransient(): boolean {
    // Quotas are used up for longer than a call can wait.
    if (this.code === 'QUOTA_EXCEEDED') return false;
    return this.status === undefined || TRANSIENT_STATUSES.includes(this.status);
  }
}

/** The error that an answer other than 2xx stands for: problem details as in RFC 9457, if it holds them. */
export async function errorOfAnswer(answer: Response, baseUrl: string): Promise<FramefoldError> {
  const { status, headers } = answer;
  const circumstances = {
    status,
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfterMs: parseRetryAfter(headers.get('retry-after')),
  };
  const problem = parseProblem(await answer.text().catch(() => ''));
  if (problem === undefined) {
    return unexpectedAnswer(baseUrl, circumstances);
  }
  const { code, error, detail, title, hint, errors } = problem;
  const message = error ?? detail ?? title ?? `The API answered ${status}.`;
  return new FramefoldError(code ?? `HTTP_${status}`, message, { ...circumstances, hint, errors });
}

/** The error for an answer of something else than Framefold. */
export function unexpectedAnswer(
  baseUrl: string,
  circumstances: Circumstances & { readonly status: number },
): FramefoldError {
  const message = `${baseUrl} answered ${circumstances.status} and not as Framefold does.`;
  return new FramefoldError('API_UNEXPECTED', message, circumstances);
}

/**
 * The error for a call that got no answer, or half of one.
 *
 * @param cause what fetch, or the stream of a body, rejected with
 */
export function errorOfSilence(cause: unknown, baseUrl: string): FramefoldError {
  return isTimeout(cause)
    ? new FramefoldError('API_TIMEOUT', `The API at ${baseUrl} did not answer in time.`, { cause })
    : new FramefoldError('API_UNREACHABLE', `No API answers at ${baseUrl} (${reasonOf(cause)}).`, { cause });
}

// fetch says only that it failed; why is in its cause.
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? 'no reason given';
}

function isTimeout(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === 'TimeoutError';
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly error?: string;
  readonly code?: string;
  readonly hint?: string;
  readonly errors?: readonly FieldProblem[];
}

function parseProblem(text: string): Problem | undefined {
  try {
    const problem: unknown = JSON.parse(text);
    return typeof problem === 'object' && problem !== null && !Array.isArray(problem) ? problem : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds, or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after), as ms from now. */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
