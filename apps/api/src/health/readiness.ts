import type { ObjectStore } from '@framefold/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { STORE } from '../tokens.ts';

/** A check that takes longer than this has failed. */
const CHECK_TIMEOUT_MS = 4_000;

const PROBE_KEY = 'health/readyz';

/** What is in the way of a new job, by the part that is not ready; empty when nothing is. */
export type Obstacles = Readonly<Record<string, string>>;

/** Whether this process could take a job now and have it run. */
@Injectable()
export class Readiness {
  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(STORE) private readonly store: ObjectStore,
  ) {}

  async obstacles(): Promise<Obstacles> {
    const checks: Record<string, () => Promise<string | undefined>> = {
      catalogue: async () => {
        await this.backends.catalogue.list({ limit: 1 });
        return undefined;
      },
      store: () => this.#storeObstacle(),
      temporal: async () => this.backends.temporal.obstacle(),
    };
    const results = await Promise.all(
      Object.entries(checks).map(async ([part, check]) => [part, await inTime(check)] as const),
    );
    return Object.fromEntries(
      results.filter((result): result is readonly [string, string] => result[1] !== undefined),
    );
  }

  async #storeObstacle(): Promise<string | undefined> {
    await this.store.put(PROBE_KEY, 'ready');
    const read = await this.store.get(PROBE_KEY);
    return read?.toString('utf8') === 'ready' ? undefined : 'The store does not give back what was written.';
  }
}

/** What the check finds, or why it could not. */
async function inTime(check: () => Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`There was no answer in ${CHECK_TIMEOUT_MS / 1000} s.`),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
