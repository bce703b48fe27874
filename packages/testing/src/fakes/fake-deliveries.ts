import type { Delivery, DeliveryAttempt, NewDelivery, NextStep } from '@framefold/domain';
import type { Deliveries, DeliveryRun, DueRun, RunAttempt, StoredDelivery } from '@framefold/platform';

interface Entry {
  readonly added: NewDelivery;
  state: Delivery['state'];
  run: number;
  runBeganAt: number;
  startAt: number | undefined;
  nextAttemptAt: number | undefined;
  readonly attempts: { readonly run: number; readonly attempt: number; readonly made: DeliveryAttempt }[];
}

/** Webhooks in memory; held to the same contract suite as those in the database. */
export class FakeDeliveries implements Deliveries {
  readonly #entries = new Map<string, Entry>();

  async add(deliveries: readonly NewDelivery[]): Promise<void> {
    for (const added of deliveries) {
      if (this.#entries.has(added.id)) continue;
      this.#entries.set(added.id, {
        added,
        state: 'pending',
        run: 0,
        runBeganAt: added.createdAt,
        startAt: added.startAt,
        nextAttemptAt: undefined,
        attempts: [],
      });
    }
  }

  async due(now: number, limit: number): Promise<readonly DueRun[]> {
    const order = ({ startAt = 0, added }: Entry): number[] => [startAt, added.sequence];
    return [...this.#entries.values()]
      .filter(({ startAt }) => startAt !== undefined && startAt <= now)
      .sort((a, b) => order(a)[0]! - order(b)[0]! || order(a)[1]! - order(b)[1]!)
      .slice(0, limit)
      .map(({ added: { id, tenantId, jobId, event }, run }) => ({ id, run, tenantId, jobId, event }));
  }

  async markStarted(run: DeliveryRun): Promise<void> {
    this.#change(run, (entry) => (entry.startAt = undefined));
  }

  async release(jobId: string): Promise<void> {
    for (const entry of this.#entries.values()) {
      if (entry.added.jobId === jobId && entry.startAt !== undefined) entry.startAt = 0;
    }
  }

  async ofJob(jobId: string): Promise<readonly Delivery[]> {
    return [...this.#entries.values()]
      .filter(({ added }) => added.jobId === jobId)
      .sort((a, b) => a.added.sequence - b.added.sequence)
      .map(deliveryOf);
  }

  async find(id: string): Promise<StoredDelivery | undefined> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { added, run, runBeganAt, attempts } = entry;
    return {
      ...deliveryOf(entry),
      tenantId: added.tenantId,
      body: added.body,
      run,
      runBeganAt,
      attemptsOfRun: attempts.filter((attempt) => attempt.run === run).length,
    };
  }

  async recordAttempt(of: RunAttempt, made: DeliveryAttempt, next: NextStep): Promise<void> {
    this.#change(of, (entry) => {
      if (entry.attempts.some(({ run, attempt }) => run === of.run && attempt === of.attempt)) return;
      entry.attempts.push({ run: of.run, attempt: of.attempt, made });
      entry.state = next.state;
      entry.nextAttemptAt = next.state === 'pending' ? next.nextAttemptAt : undefined;
    });
  }

  async skip(run: DeliveryRun): Promise<void> {
    this.#change(run, (entry) => Object.assign(entry, { state: 'skipped', nextAttemptAt: undefined }));
  }

  async sendAgain(id: string, now: number): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    Object.assign(entry, {
      state: 'pending',
      run: entry.run + 1,
      runBeganAt: now,
      startAt: now,
      nextAttemptAt: undefined,
    });
  }

  #change({ id, run }: DeliveryRun, change: (entry: Entry) => void): void {
    const entry = this.#entries.get(id);
    if (entry?.run === run) change(entry);
  }
}

function deliveryOf({ added, state, nextAttemptAt, attempts }: Entry): Delivery {
  const { id, jobId, event, sequence, url, createdAt } = added;
  return {
    ...{ id, jobId, event, sequence, url, state, createdAt },
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
    attempts: attempts.map(({ made }) => made),
  };
}
