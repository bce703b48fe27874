import type { components } from './gen/openapi.ts';
import type { Operation, RequestOf } from './operation.ts';

/** Whatever calls take and give, by the names of the API's description. */
export type Schemas = components['schemas'];

/** What `POST /api/transcode` takes. */
export type JobRequest = Schemas['JobRequest'];
export type Submitted = Schemas['Submitted'];
/** What a job would be. */
export type DryRun = Schemas['DryRun'];
/** A job with its progress, plan, renditions and segments. */
export type Job = Schemas['Job'];
export type JobState = Schemas['JobState'];
export type JobPage = Schemas['JobPage'];
/** A job in a list. */
export type JobSummary = Schemas['JobSummary'];
export type JobFilter = NonNullable<RequestOf<Operation<'get', '/api/jobs'>>['query']>;
/** One try at a piece of a job: by which worker, when, and how it ended. */
export type Attempt = Schemas['Attempt'];
export type AttemptPage = Schemas['AttemptPage'];
/** How a job stands after it was told something. */
export type Steered = Schemas['Steered'];
export type Priority = NonNullable<JobRequest['priority']>;

/** What `POST /api/batches` takes as JSON. */
export type BatchRequest = Schemas['BatchRequest'];
export type SubmittedBatch = Schemas['SubmittedBatch'];
export type Batch = Schemas['Batch'];
export type BatchPage = Schemas['BatchPage'];
/** A batch in a list. */
export type BatchSummary = Schemas['BatchSummary'];
export type BatchFilter = NonNullable<RequestOf<Operation<'get', '/api/batches'>>['query']>;

export type Upload = Schemas['Upload'];
export type CreatedUpload = Schemas['CreatedUpload'];

/** A webhook and what became of it. */
export type Delivery = Schemas['Delivery'];
export type WebhookSecrets = Schemas['WebhookSecrets'];
export type NewWebhookSecret = Schemas['NewWebhookSecret'];

/** The body of every answer that is an error (RFC 9457). */
export type Problem = Schemas['Problem'];
