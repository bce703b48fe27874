import {
  foldAll,
  hasEnded,
  tenantOf,
  toSummary,
  toView,
  type LiveUnit,
  type NewEvent,
  type RecordedEvent,
} from '@framefold/domain';
import type { Catalogue, CatalogueJob, JobFilter, JobPage } from '@framefold/platform';
import { FakeAttempts } from './fake-attempts.ts';
import { FakeBatches } from './fake-batches.ts';
import { FakeDeliveries } from './fake-deliveries.ts';
import { FakeWebhookSecrets } from './fake-webhook-secrets.ts';
import { pageOf } from './page-of.ts';

/** A catalogue in memory that can be told to fail. Cursors are positions in its list. */
export class FakeCatalogue implements Catalogue {
  readonly deliveries = new FakeDeliveries();
  readonly webhookSecrets = new FakeWebhookSecrets();
  readonly #logs = new Map<string, RecordedEvent[]>();
  readonly #live = new Map<string, readonly LiveUnit[]>();
  readonly #keys = new Map<string, { jobId: string; requestHash: string }>();
  /** Every call throws this while it is set. */
  failure: Error | undefined;
  closed = false;
  readonly attempts = new FakeAttempts(() => this.#failIfTold());
  readonly batches = new FakeBatches(
    () => this.#failIfTold(),
    async (batchId) => (await this.list({ batchId, limit: Infinity })).jobs,
  );

  async append(events: readonly NewEvent[]): Promise<void> {
    this.#failIfTold();
    for (const event of events) {
      const log = this.#logs.get(event.jobId) ?? [];
      if (log.some(({ stream, sequence }) => stream === event.stream && sequence === event.sequence))
        continue;
      this.#logs.set(event.jobId, [...log, { ...event, position: log.length }]);
    }
  }

  async events(jobId: string, afterPosition = -1, limit?: number): Promise<readonly RecordedEvent[]> {
    this.#failIfTold();
    const after = (this.#logs.get(jobId) ?? []).filter(({ position }) => position > afterPosition);
    return after.slice(0, limit);
  }

  async job(jobId: string): Promise<CatalogueJob | undefined> {
    this.#failIfTold();
    const log = this.#logs.get(jobId) ?? [];
    if (log.length === 0) return undefined;
    return { jobId, job: foldAll(log.map(({ event }) => event)), live: this.#live.get(jobId) };
  }

  async tenantOf(jobId: string): Promise<string | undefined> {
    const found = await this.job(jobId);
    return found === undefined ? undefined : tenantOf(found.job);
  }

  async list(filter: JobFilter): Promise<JobPage> {
    this.#failIfTold();
    const { tenantId, status, userId, label, batchId, createdAfter, createdBefore, cursor, limit } = filter;
    const all = await Promise.all([...this.#logs.keys()].reverse().map((jobId) => this.job(jobId)));
    const jobs = all.flatMap((found) => {
      if (found?.job.request === undefined) return [];
      const summary = toSummary(toView(found.jobId, found.job, found.live, Date.now()));
      const { request, createdAt } = summary;
      const fits =
        (tenantId === undefined || summary.tenantId === tenantId) &&
        (status?.includes(summary.status) ?? true) &&
        (userId === undefined || request.userId === userId) &&
        (label === undefined || request.labels.includes(label)) &&
        (batchId === undefined || summary.batchId === batchId) &&
        createdAt >= (createdAfter ?? 0) &&
        createdAt < (createdBefore ?? Infinity);
      return fits ? [summary] : [];
    });
    const { page, nextCursor } = pageOf(jobs, cursor, limit);
    return { jobs: page, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async idsInStates(states: readonly string[]): Promise<readonly string[]> {
    const jobs = await Promise.all([...this.#logs.keys()].map((jobId) => this.job(jobId)));
    return jobs.flatMap((found) => (states.includes(found?.job.state ?? '') ? [found!.jobId] : []));
  }

  async unended(ids: readonly string[]): Promise<ReadonlySet<string>> {
    this.#failIfTold();
    const running = ids.filter((id) => {
      const log = this.#logs.get(id);
      return log === undefined
        ? this.batches.isUnended(id)
        : !hasEnded(foldAll(log.map(({ event }) => event)).state);
    });
    return new Set(running);
  }

  async setLive(jobId: string, live: readonly LiveUnit[]): Promise<void> {
    this.#failIfTold();
    const known = await this.job(jobId);
    if (known !== undefined && !hasEnded(known.job.state)) this.#live.set(jobId, live);
  }

  async claimKey(
    key: string,
    jobId: string,
    requestHash: string,
  ): Promise<{ jobId: string; requestHash: string }> {
    this.#failIfTold();
    const claim = this.#keys.get(key) ?? { jobId, requestHash };
    this.#keys.set(key, claim);
    return claim;
  }

  async restore(jobId: string, log: readonly NewEvent[]): Promise<void> {
    const own = this.#logs.get(jobId) ?? [];
    this.#logs.delete(jobId);
    await this.append([...log, ...own]);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #failIfTold(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
