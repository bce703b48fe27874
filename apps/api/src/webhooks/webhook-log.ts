import { BatchWebhookEvent } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import type { StoredDelivery } from '@framefold/platform';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { ReadJobs } from '../jobs/read-jobs.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock } from '../tokens.ts';
import { DeliveryDocument, type DeliveryList } from './webhook-schemas.ts';

/** The webhooks of jobs and batches, what became of them, and how to send them again. Who sees a job sees its webhooks. */
@Injectable()
export class WebhookLog {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(ReadJobs) private readonly jobs: ReadJobs,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws {ProblemError} JOB_NOT_FOUND */
  async ofJob(caller: Caller, jobId: string): Promise<DeliveryList> {
    await this.jobs.catalogueJob(caller, jobId);
    return { deliveries: [...(await this.backends.catalogue.deliveries.ofJob(jobId))] };
  }

  /** @throws {ProblemError} DELIVERY_NOT_FOUND */
  async delivery(caller: Caller, id: string): Promise<DeliveryDocument> {
    return DeliveryDocument.parse(await this.#find(caller, id));
  }

  /**
   * Sends a webhook once more, whatever became of it; one that waits for its next attempt goes out at once.
   *
   * @throws {ProblemError} DELIVERY_NOT_FOUND
   */
  async sendAgain(caller: Caller, id: string): Promise<DeliveryDocument> {
    await this.#find(caller, id);
    await this.backends.catalogue.deliveries.sendAgain(id, this.now());
    return await this.delivery(caller, id);
  }

  async #find(caller: Caller, id: string): Promise<StoredDelivery> {
    const found = ID_FORM.test(id) ? await this.backends.catalogue.deliveries.find(id) : undefined;
    if (found?.tenantId !== caller.tenant.id) throw notFound(id);
    if (BatchWebhookEvent.safeParse(found.event).success) return found;
    await this.jobs.catalogueJob(caller, found.jobId).catch((error: unknown) => {
      throw error instanceof ProblemError && error.code === 'JOB_NOT_FOUND' ? notFound(id) : error;
    });
    return found;
  }
}

/** What a client wrote in a path is held against the form of ids, before it gets into a query. */
const ID_FORM = /^msg_[\w-]{1,200}$/;

function notFound(id: string): ProblemError {
  return new ProblemError('DELIVERY_NOT_FOUND', `There is no webhook ${JSON.stringify(id.slice(0, 64))}.`);
}
