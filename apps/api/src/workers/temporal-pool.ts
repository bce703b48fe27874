import type { PoolState } from '@framefold/domain';
import { Inject, Injectable } from '@nestjs/common';
import { Backends } from '../backends.ts';

/** Temporal lets a namespace ask for such things about ten times a second, whoever asks. */
const KEPT_MS = 2_000;

/** The list of workers must not wait for a Temporal that is away. */
const PATIENCE_MS = 3_000;

/** What Temporal knows of the workers, asked for every two seconds at most. */
@Injectable()
export class TemporalPool {
  #kept: { readonly at: number; readonly state: Promise<PoolState | string> } | undefined;

  constructor(@Inject(Backends) private readonly backends: Backends) {}

  /** The state, or in a sentence why it is not known. */
  state(): Promise<PoolState | string> {
    const now = performance.now();
    if (this.#kept === undefined || now - this.#kept.at > KEPT_MS)
      this.#kept = { at: now, state: this.#ask() };
    return this.#kept.state;
  }

  async #ask(): Promise<PoolState | string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('Temporal did not answer in time.'), PATIENCE_MS);
    });
    try {
      return await Promise.race([this.backends.temporal.pool(), late]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
