import type { ObjectStore } from '@framefold/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { CLOCK, type Clock, STORE } from '../tokens.ts';
import type { RebuildState } from './rebuild-state.ts';
import { rebuildCatalogue } from './rebuild-catalogue.ts';

/** The one rebuild of this process that goes on or went on last. */
@Injectable()
export class CatalogueRebuild {
  readonly #logger = new Logger('catalogue');
  #state: RebuildState = { status: 'none', fromStore: 0, fromTemporal: 0, batches: 0 };

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** How it stands. */
  get state(): RebuildState {
    return { ...this.#state };
  }

  /**
   * Begins a rebuild, unless one goes on. Whoever breaks it off begins anew: what is restored stays.
   *
   * @throws {ProblemError} NOT_READY
   */
  begin(): RebuildState {
    if (this.#state.status === 'running') return this.state;
    const { catalogue, temporal } = this.backends;
    const state: RebuildState = {
      status: 'running',
      ...{ fromStore: 0, fromTemporal: 0, batches: 0 },
      startedAt: this.now(),
    };
    this.#state = state;
    rebuildCatalogue({ catalogue, store: this.store, temporal }, state)
      .then(() => {
        state.status = 'completed';
      })
      .catch((error: unknown) => {
        this.#logger.error(`The catalogue is not rebuilt: ${String(error)}`);
        state.status = 'failed';
        state.error = String(error);
      })
      .finally(() => {
        state.completedAt = this.now();
      });
    return this.state;
  }
}
