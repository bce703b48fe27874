import type { Config } from '@framefold/config';
import { toBatchSummary } from '@framefold/domain';
import type { CatalogueBatch } from '@framefold/platform';
import { transcodeBatchWorkflowId } from '@framefold/workflows/contract';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Backends } from '../backends.ts';
import { JobId } from '../jobs/job-id.ts';
import { temporalUiUrl } from '../jobs/job-links.ts';
import { refuseBadCursor } from '../problem/bad-cursor.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CONFIG } from '../tokens.ts';
import type { BatchDocument, BatchLinks, BatchList, BatchListQuery } from './batch-schemas.ts';

/** Failed jobs that a batch's document names. */
const MOST_FAILURES = 100;

/** Batches as the catalogue has them. To a caller, another tenant's batch is as one that is not there. */
@Injectable()
export class ReadBatches {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws {ProblemError} BATCH_NOT_FOUND */
  async batch(caller: Caller, batchId: string): Promise<BatchDocument> {
    const { batch, tally } = await this.#find(caller, batchId);
    const failures =
      (tally.counts.failed ?? 0) === 0
        ? []
        : await this.backends.catalogue.batches.failures(batchId, MOST_FAILURES);
    return { ...toBatchSummary(batch, tally), failures: [...failures], links: this.#links(batchId) };
  }

  /** @throws {ProblemError} VALIDATION_FAILED for a cursor that no page had */
  async list({ tenant }: Caller, { limit, label, cursor }: BatchListQuery): Promise<BatchList> {
    const { batches, nextCursor } = await this.backends.catalogue.batches
      .list({
        tenantId: tenant.id,
        limit,
        ...(label === undefined ? {} : { label }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      .catch(refuseBadCursor);
    return {
      batches: batches.map(({ batch, tally }) => ({
        ...toBatchSummary(batch, tally),
        links: this.#links(batch.batchId),
      })),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    };
  }

  async #find({ tenant }: Caller, batchId: string): Promise<CatalogueBatch> {
    // Of the same form as a job's.
    const isId = JobId.safeParse(batchId).success;
    const found = isId ? await this.backends.catalogue.batches.get(batchId) : undefined;
    if (found?.batch.tenantId === tenant.id) return found;
    throw new ProblemError('BATCH_NOT_FOUND', `There is no batch ${JSON.stringify(batchId.slice(0, 64))}.`);
  }

  #links(batchId: string): BatchLinks {
    return {
      self: `/api/batches/${batchId}`,
      jobs: `/api/jobs?batch=${batchId}`,
      temporal: temporalUiUrl(transcodeBatchWorkflowId(batchId), this.config),
    };
  }
}
