import type { AttemptRecord } from '@framefold/domain';
import type { AttemptCatalogue, AttemptFilter, AttemptPage } from '@framefold/platform';
import { pageOf } from './page-of.ts';

/** Attempts in memory. */
export class FakeAttempts implements AttemptCatalogue {
  readonly #records = new Map<string, AttemptRecord>();

  constructor(private readonly failIfTold: () => void) {}

  async put(records: readonly AttemptRecord[]): Promise<void> {
    this.failIfTold();
    for (const record of records) {
      const key = `${record.jobId}/${record.unit}/${record.attemptId}`;
      if (this.#records.get(key)?.outcome === undefined) this.#records.set(key, record);
    }
  }

  async ended(jobId: string): Promise<ReadonlySet<string>> {
    this.failIfTold();
    return new Set(
      [...this.#records.values()]
        .filter((record) => record.jobId === jobId && record.outcome !== undefined)
        .map(({ unit, attemptId }) => `${unit}/${attemptId}`),
    );
  }

  async list({ jobId, unit, cursor, limit }: AttemptFilter): Promise<AttemptPage> {
    this.failIfTold();
    const all = [...this.#records.values()]
      .filter((record) => record.jobId === jobId && (unit === undefined || record.unit === unit))
      .sort((a, b) => a.startedAt - b.startedAt);
    const { page, nextCursor } = pageOf(all, cursor, limit);
    return { attempts: page, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }
}
