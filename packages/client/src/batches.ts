import type { Http } from './http.ts';
import { idempotencyHeader, type KeyOptions } from './idempotency-key.ts';
import type { CallOptions } from './operation.ts';
import type { Batch, BatchFilter, BatchPage, BatchRequest, BatchSummary, SubmittedBatch } from './shapes.ts';
import { untilAnswered } from './until-answered.ts';

/** Ten thousand jobs are checked before the answer. */
const SUBMIT_TIMEOUT_MS = 120_000;

/** A manifest as it lies in a file. */
export interface ManifestText {
  readonly type: 'application/json' | 'text/csv';
  readonly text: string;
}

/** The calls about batches. All reject with FramefoldError, or with the signal's reason. */
export class Batches {
  constructor(private readonly http: Http) {}

  /** Submits up to 10,000 jobs as one; the same key and manifest again give the same batch. */
  async submit(
    manifest: BatchRequest | ManifestText,
    options: KeyOptions & CallOptions = {},
  ): Promise<SubmittedBatch> {
    const { idempotencyKey, ...others } = options;
    const { type, text } =
      'text' in manifest ? manifest : { type: 'application/json', text: JSON.stringify(manifest) };
    const answer = await this.http.requestJson('/api/batches', {
      timeoutMs: SUBMIT_TIMEOUT_MS,
      ...others,
      method: 'POST',
      headers: { 'content-type': type, ...idempotencyHeader({ idempotencyKey }) },
      body: text,
    });
    return answer as SubmittedBatch;
  }

  get(id: string, options: CallOptions = {}): Promise<Batch> {
    return this.http.call('get', '/api/batches/{id}', { ...options, path: { id } });
  }

  /** One page, newest first. */
  page(query: BatchFilter = {}, options: CallOptions = {}): Promise<BatchPage> {
    return this.http.call('get', '/api/batches', { ...options, query });
  }

  /** All batches, newest first, read page by page of `limit`. */
  async *list(
    filter: BatchFilter = {},
    options: CallOptions = {},
  ): AsyncGenerator<BatchSummary, void, undefined> {
    for (let { cursor } = filter; ;) {
      const page = await this.page({ ...filter, cursor }, options);
      yield* page.batches;
      cursor = page.nextCursor;
      if (cursor === undefined) return;
    }
  }

  /** Resolves when no job of the batch runs any more, however long that takes; the signal ends the waiting alone. */
  async cancel(id: string, options: CallOptions = {}): Promise<void> {
    const request = { ...options, path: { id } };
    await untilAnswered(async () => {
      const { status } = await this.http.call('delete', '/api/batches/{id}', request);
      return status === 'cancelling' ? undefined : status;
    }, options.signal);
  }
}
