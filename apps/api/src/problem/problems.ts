interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What the client can do. */
  readonly hint?: string;
}

/** Every refusal of the API. Codes are stable: clients may branch on them. */
export const PROBLEMS = {
  VALIDATION_FAILED: {
    status: 400,
    title: 'The request is not valid',
    hint: 'Correct the listed fields; /docs describes them. A body is a JSON object sent as application/json.',
  },
  MALFORMED_JSON: {
    status: 400,
    title: 'The body is not JSON',
    hint: 'Send one JSON object as application/json.',
  },
  BAD_REQUEST: { status: 400, title: 'The request is not understood' },
  HOST_FORBIDDEN: {
    status: 403,
    title: 'The Host header is not one of this service',
    hint: 'Call the service by 127.0.0.1 or localhost, or add the name to FRAMEFOLD_ALLOWED_HOSTS.',
  },
  ORIGIN_FORBIDDEN: {
    status: 403,
    title: 'A page of another origin may not change anything here',
    hint: 'Call from a program, from a page of this service, or add the host to FRAMEFOLD_ALLOWED_HOSTS.',
  },
  JOB_NOT_FOUND: { status: 404, title: 'There is no such job', hint: 'GET /api/jobs lists the jobs.' },
  FILE_NOT_FOUND: {
    status: 404,
    title: 'There is no such file',
    hint: 'The files of a job are there when it is complete.',
  },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is no such address', hint: '/docs lists the addresses.' },
  JOB_ENDED: { status: 409, title: 'The job has ended' },
  JOB_NOT_COMPLETE: {
    status: 409,
    title: 'The job is not complete',
    hint: 'Ask again when GET /api/jobs/:id says completed.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    title: 'The Idempotency-Key belongs to another request',
    hint: 'Use a new key for a new request.',
  },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', hint: 'A request may hold 1 MB.' },
  RANGE_NOT_SATISFIABLE: { status: 416, title: 'The file has no such range' },
  INTERNAL: {
    status: 500,
    title: 'The service failed',
    hint: 'This is a fault in Framefold; please report it.',
  },
  NOT_READY: { status: 503, title: 'The service is not ready', hint: 'Ask again in a moment.' },
  TEMPORAL_UNAVAILABLE: { status: 503, title: 'Temporal does not answer', hint: 'Ask again in a moment.' },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'The object store does not answer',
    hint: 'Ask again in a moment.',
  },
  STORE_FULL: { status: 503, title: 'The object store is full', hint: 'The operator must free disk space.' },
  CATALOGUE_UNAVAILABLE: {
    status: 503,
    title: 'The catalogue does not answer',
    hint: 'Ask again in a moment.',
  },
  CANCEL_PENDING: {
    status: 504,
    title: 'The job is being cancelled',
    hint: 'The cancellation is recorded and goes on; call again to wait for its end.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What a code stands for. */
export function problemKind(code: ProblemCode): ProblemKind {
  return PROBLEMS[code];
}
