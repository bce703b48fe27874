import { Batches } from './batches.ts';
import { Http } from './http.ts';
import { Jobs } from './jobs.ts';
import { Uploads } from './uploads.ts';
import { Webhooks } from './webhooks.ts';

/** The HTTP API of Framefold: what applications need by name, and everything else by {@link Http.call}. */
export class FramefoldClient extends Http {
  readonly jobs = new Jobs(this);
  readonly batches = new Batches(this);
  readonly uploads = new Uploads(this);
  readonly webhooks = new Webhooks(this);
}
