import { foldAll, type LiveUnit, type NewEvent, type RecordedEvent } from '@framefold/domain';
import { BadCursorError, type Catalogue, type CatalogueJob, type JobFilter } from '@framefold/platform';

/** A catalogue in memory that can be told to fail. Cursors are positions in its list. */
export class FakeCatalogue implements Catalogue {
  readonly #logs = new Map<string, RecordedEvent[]>();
  readonly #live = new Map<string, readonly LiveUnit[]>();
  readonly #keys = new Map<string, { jobId: string; requestHash: string }>();
  /** Every call throws this while it is set. */
  failure: Error | undefined;
  closed = false;

  async append(events: readonly NewEvent[]): Promise<void> {
    this.#failIfTold();
    for (const event of events) {
      const log = this.#logs.get(event.jobId) ?? [];
      if (log.some(({ stream, sequence }) => stream === event.stream && sequence === event.sequence))
        continue;
      this.#logs.set(event.jobId, [...log, { ...event, position: log.length }]);
    }
  }

  async events(jobId: string, afterPosition = -1): Promise<readonly RecordedEvent[]> {
    this.#failIfTold();
    return (this.#logs.get(jobId) ?? []).filter(({ position }) => position > afterPosition);
  }

  async job(jobId: string): Promise<CatalogueJob | undefined> {
    const log = await this.events(jobId);
    if (log.length === 0) return undefined;
    return { jobId, job: foldAll(log.map(({ event }) => event)), live: this.#live.get(jobId) ?? [] };
  }

  async list({
    status,
    userId,
    label,
    cursor,
    limit,
  }: JobFilter): Promise<{ jobs: CatalogueJob[]; nextCursor?: string }> {
    this.#failIfTold();
    if (cursor !== undefined && !/^\d+$/.test(cursor))
      throw new BadCursorError('The cursor is not one of this list.');
    const all = await Promise.all([...this.#logs.keys()].reverse().map((jobId) => this.job(jobId)));
    const found = all.filter((entry): entry is CatalogueJob => {
      const request = entry?.job.request;
      if (entry === undefined || request === undefined) return false;
      return (
        (status?.includes(entry.job.state) ?? true) &&
        (userId === undefined || request.userId === userId) &&
        (label === undefined || request.labels.includes(label))
      );
    });
    const from = Number(cursor ?? 0);
    const more = found.length > from + limit;
    return { jobs: found.slice(from, from + limit), ...(more ? { nextCursor: String(from + limit) } : {}) };
  }

  async idsInState(state: string): Promise<readonly string[]> {
    const jobs = await Promise.all([...this.#logs.keys()].map((jobId) => this.job(jobId)));
    return jobs.flatMap((found) => (found?.job.state === state ? [found.jobId] : []));
  }

  async setLive(jobId: string, live: readonly LiveUnit[]): Promise<void> {
    this.#failIfTold();
    this.#live.set(jobId, live);
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

  async close(): Promise<void> {
    this.closed = true;
  }

  #failIfTold(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
