import { z } from 'zod';

/** What a webhook can tell of a job, in the order of a job's way. */
export const JobWebhookEvent = z.enum([
  'job.queued',
  'job.started',
  'job.progress',
  'rendition.ready',
  'job.completed',
  'job.failed',
  'job.cancelled',
]);
export type JobWebhookEvent = z.infer<typeof JobWebhookEvent>;

/** What a webhook can tell of a batch: its end, by itself or on request. */
export const BatchWebhookEvent = z.enum(['batch.completed', 'batch.cancelled']);
export type BatchWebhookEvent = z.infer<typeof BatchWebhookEvent>;

/** What a webhook can tell. */
export const WebhookEvent = z.enum([...JobWebhookEvent.options, ...BatchWebhookEvent.options]);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** The events of a job that is over: what is told where the request does not choose. */
export const ENDING_EVENTS = [
  'job.completed',
  'job.failed',
  'job.cancelled',
] as const satisfies readonly JobWebhookEvent[];
