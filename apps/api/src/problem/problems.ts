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
  MALFORMED_CSV: {
    status: 400,
    title: 'The body is not CSV',
    hint: 'Send a header row of field names and one row a job, as RFC 4180 has it, as text/csv.',
  },
  BAD_REQUEST: { status: 400, title: 'The request is not understood' },
  KEY_REQUIRED: {
    status: 401,
    title: 'An API key is needed',
    hint: 'Send one as Authorization: Bearer ff_...; `framefold keys create` makes one.',
  },
  KEY_INVALID: {
    status: 401,
    title: 'The API key is not valid',
    hint: 'It is unknown, has expired or was revoked; `framefold keys list` shows the keys that there are.',
  },
  SCOPE_MISSING: {
    status: 403,
    title: 'The API key does not allow this',
    hint: 'Use a key with the scope that is named; an admin key makes keys.',
  },
  PRIORITY_NOT_GRANTED: {
    status: 403,
    title: 'The tenant may not have so urgent a priority',
    hint: 'Submit with a less urgent priority (a higher number), or have the operator raise the ceiling.',
  },
  CLIENT_CERTIFICATE_REQUIRED: {
    status: 403,
    title: 'A client certificate is needed',
    hint: 'Connect with a certificate that an authority of this service has signed.',
  },
  PROXY_REQUIRED: {
    status: 403,
    title: 'The service is behind a proxy',
    hint: 'Call the proxy; or the operator adds your address to FRAMEFOLD_PROXY.',
  },
  HOST_FORBIDDEN: {
    status: 403,
    title: 'The Host header is not one of this service',
    hint: 'Call the service by 127.0.0.1 or localhost, or add the name to FRAMEFOLD_ALLOWED_HOSTS.',
  },
  ORIGIN_FORBIDDEN: {
    status: 403,
    title: 'A page of another origin may not change anything here',
    hint: 'Call from a program, from a page of this service, or add its origin to FRAMEFOLD_CORS_ORIGINS.',
  },
  PLAYBACK_FORBIDDEN: {
    status: 403,
    title: 'The URL does not let the output be read',
    hint: 'Take links.manifest of GET /api/jobs/:id, whose query serves for every file of the job.',
  },
  UPLOAD_NOT_USABLE: {
    status: 400,
    title: 'The source names an upload that no job can take',
    hint: 'Upload the file, wait for status complete, and name it as upload:// and its id; uploads expire.',
  },
  TUS_REQUEST_INVALID: {
    status: 400,
    title: 'The request does not follow the tus protocol',
    hint: 'See https://tus.io/protocols/resumable-upload; docs/uploads.md has examples.',
  },
  UPLOAD_FORM_INVALID: {
    status: 400,
    title: 'The form holds no file that can be taken',
    hint: 'Send one file as multipart/form-data, or upload by the tus protocol; docs/uploads.md has examples.',
  },
  UPLOAD_NOT_FOUND: {
    status: 404,
    title: 'There is no such upload',
    hint: 'It may have expired or been removed; upload the file again.',
  },
  UPLOAD_OFFSET_CONFLICT: {
    status: 409,
    title: 'The upload is at another offset',
    hint: 'Ask for the offset with HEAD and go on from there.',
  },
  UPLOAD_INCOMPLETE: {
    status: 409,
    title: 'Not all of the upload has arrived',
    hint: 'Send what is missing, which of a direct upload GET /api/uploads/:id/parts lists; then complete it again.',
  },
  UPLOAD_DIRECT_UNAVAILABLE: {
    status: 409,
    title: 'The upload cannot go straight to the store',
    hint: 'Send it to POST /api/uploads, by tus or in a form; docs/uploads.md has examples.',
  },
  UPLOAD_IS_DIRECT: {
    status: 409,
    title: 'The upload does not go by tus',
    hint: 'Send the parts that GET /api/uploads/:id/parts lists, then complete it; GET /api/uploads/:id tells how it is.',
  },
  TUS_VERSION_UNSUPPORTED: {
    status: 412,
    title: 'The version of the tus protocol is not supported',
    hint: 'Send Tus-Resumable: 1.0.0.',
  },
  UPLOAD_TOO_LARGE: {
    status: 413,
    title: 'The upload is too large',
    hint: 'Send no more than was announced; FRAMEFOLD_MAX_UPLOAD_BYTES is the limit, Tus-Max-Size tells it.',
  },
  UPLOAD_NO_ROOM: {
    status: 507,
    title: 'The disk has no room for the upload',
    hint: 'The operator must free disk space, or keep objects in S3, where files can go directly.',
  },
  UPLOAD_STALLED: {
    status: 408,
    title: 'The sender of the upload paused for too long',
    hint: 'By tus, ask for the offset with HEAD and go on from there; send a form again.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request did not come in time',
    hint: 'Send the request again; its headers must be there within 15 s.',
  },
  BODY_STALLED: {
    status: 408,
    title: 'The body did not come in time',
    hint: 'Send the request again.',
  },
  UPLOAD_KIND_REFUSED: {
    status: 415,
    title: 'The file is not media',
    hint: 'Upload MP4, MOV, MKV, WebM, AVI, MPEG-TS, FLV or a file of sound alone.',
  },
  UPLOAD_LOCKED: {
    status: 423,
    title: 'Another request is writing the upload',
    hint: 'Ask for the offset with HEAD and go on from there.',
  },
  UPLOAD_CHECKSUM_MISMATCH: {
    status: 460,
    title: 'The bytes that arrived do not have the checksum that was sent',
    hint: 'They are discarded; send them again, from the same offset or, of a direct upload, from the start.',
  },
  JOB_NOT_FOUND: { status: 404, title: 'There is no such job', hint: 'GET /api/jobs lists the jobs.' },
  DELIVERY_NOT_FOUND: {
    status: 404,
    title: 'There is no such webhook',
    hint: 'GET /api/jobs/:id/deliveries lists the webhooks of a job.',
  },
  BATCH_NOT_FOUND: {
    status: 404,
    title: 'There is no such batch',
    hint: 'GET /api/batches lists the batches.',
  },
  FILE_NOT_FOUND: {
    status: 404,
    title: 'There is no such file',
    hint: 'The files of a job are there when it is complete.',
  },
  TENANT_NOT_FOUND: { status: 404, title: 'There is no such tenant' },
  KEY_NOT_FOUND: { status: 404, title: 'There is no such key', hint: 'GET /api/keys lists the keys.' },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is no such address', hint: '/docs lists the addresses.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The address has no such method',
    hint: 'Allow names those that it has; /docs says what they do.',
  },
  JOB_ENDED: { status: 409, title: 'The job has ended' },
  JOB_NOT_TRANSCODING: {
    status: 409,
    title: 'The job is not transcoding',
    hint: 'A rendition can be redone while the job encodes.',
  },
  RENDITION_NOT_FOUND: {
    status: 404,
    title: 'The job has no such video rendition',
    hint: 'GET /api/jobs/:id lists the renditions.',
  },
  JOB_NOT_FAILED: {
    status: 409,
    title: 'The job has not failed',
    hint: 'Only a failed job can be run again; submit the request anew for another job.',
  },
  BATCH_ENDED: { status: 409, title: 'The batch has ended' },
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
  TENANT_EXISTS: {
    status: 409,
    title: 'There is a tenant of that name',
    hint: 'Choose another name, or change that one: PUT /api/tenants/:id.',
  },
  KEY_ENDED: { status: 409, title: 'The key has ended', hint: 'Create a new one: POST /api/keys.' },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'The body is too large',
    hint: 'A request may hold 1 MB, a manifest of a batch 32 MB.',
  },
  RANGE_NOT_SATISFIABLE: { status: 416, title: 'The file has no such range' },
  RATE_LIMITED: { status: 429, title: 'Too many requests', hint: 'Wait as long as Retry-After says.' },
  QUOTA_EXCEEDED: {
    status: 429,
    title: 'A quota of the tenant is used up',
    hint: 'Wait until jobs have ended or the day is over, remove uploads, or ask the operator for more; GET /api/usage shows it.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'The headers are too large',
    hint: 'The headers of a request may hold 16 kB.',
  },
  STREAMS_EXCEEDED: {
    status: 429,
    title: 'Too many streams are open',
    hint: 'Close streams that nobody reads; GET /api/jobs/:id tells how a job stands without one.',
  },
  DRY_RUNS_EXCEEDED: {
    status: 429,
    title: 'Too many dry runs are under way',
    hint: 'Wait for the end of one; the same request again waits on for its own.',
  },
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
  // Of gRPC alone: HTTP answers 202.
  DRY_RUN_PENDING: {
    status: 504,
    title: 'The request is still being looked at',
    hint: 'The source is fetched and measured, which goes on; send the same request again to wait for the end.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What a code stands for. */
export function problemKind(code: ProblemCode): ProblemKind {
  return PROBLEMS[code];
}
