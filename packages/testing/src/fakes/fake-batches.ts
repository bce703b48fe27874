import { hasEnded, type Batch, type BatchFailure, type JobSummary } from '@framefold/domain';
import type { BatchCatalogue, BatchFilter, BatchPage, CatalogueBatch } from '@framefold/platform';
import { pageOf } from './page-of.ts';

/** Batches in memory, summed up from the jobs of a fake catalogue. */
export class FakeBatches implements BatchCatalogue {
  readonly #batches = new Map<string, Batch>();

  constructor(
    private readonly failIfTold: () => void,
    /** All jobs of a batch, newest first. */
    private readonly jobsOf: (batchId: string) => Promise<readonly JobSummary[]>,
  ) {}

  async add(batch: Batch): Promise<void> {
    this.failIfTold();
    if (!this.#batches.has(batch.batchId)) this.#batches.set(batch.batchId, batch);
  }

  async markCancelled(batchId: string, at: number): Promise<void> {
    this.#change(batchId, ({ cancelledAt = at, ...batch }) => ({ ...batch, cancelledAt }));
  }

  async markEnded(batchId: string, at: number, cancelled: boolean): Promise<void> {
    this.#change(batchId, ({ cancelledAt = at, ...batch }) => ({
      ...batch,
      ...(cancelled ? { cancelledAt } : {}),
      endedAt: at,
    }));
  }

  isUnended(batchId: string): boolean {
    const batch = this.#batches.get(batchId);
    return batch !== undefined && batch.endedAt === undefined && batch.cancelledAt === undefined;
  }

  async get(batchId: string): Promise<CatalogueBatch | undefined> {
    this.failIfTold();
    const batch = this.#batches.get(batchId);
    if (batch === undefined) return undefined;
    const jobs = await this.jobsOf(batchId);
    const counts: Record<string, number> = {};
    for (const { status } of jobs) counts[status] = (counts[status] ?? 0) + 1;
    const percentOfUnended = jobs
      .filter(({ status }) => !hasEnded(status))
      .reduce((sum, { progress }) => sum + progress.percent, 0);
    return { batch, tally: { counts: counts, percentOfUnended } };
  }

  async failures(batchId: string, limit: number): Promise<readonly BatchFailure[]> {
    const failed = (await this.jobsOf(batchId)).flatMap(({ id, title, failure }) =>
      failure === undefined ? [] : [{ jobId: id, title, failure }],
    );
    return failed.slice(0, limit);
  }

  async ended(jobIds: readonly string[]): Promise<ReadonlySet<string>> {
    const jobs = await Promise.all([...this.#batches.keys()].map((batchId) => this.jobsOf(batchId)));
    const ended = jobs.flat().flatMap(({ id, status }) => (hasEnded(status) ? [id] : []));
    return new Set(ended.filter((id) => jobIds.includes(id)));
  }

  async list({ tenantId, label, cursor, limit }: BatchFilter): Promise<BatchPage> {
    this.failIfTold();
    const found = [...this.#batches.values()]
      .reverse()
      .filter(
        (batch) => batch.tenantId === tenantId && (label === undefined || batch.labels.includes(label)),
      );
    const { page, nextCursor } = pageOf(found, cursor, limit);
    const batches = await Promise.all(page.map(({ batchId }) => this.get(batchId)));
    return {
      batches: batches.filter((batch) => batch !== undefined),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    };
  }

  /** Nothing changes after the end. */
  #change(batchId: string, change: (batch: Batch) => Batch): void {
    this.failIfTold();
    const batch = this.#batches.get(batchId);
    if (batch?.endedAt === undefined && batch !== undefined) this.#batches.set(batchId, change(batch));
  }
}
