import type { Config } from '@framefold/config';
import type { ObjectStore } from '@framefold/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Backends } from '../backends.ts';
import { CLOCK, type Clock, CONFIG, STORE } from '../tokens.ts';
import { DamagedRecordError } from './damaged-record-error.ts';
import type { RebuildState } from './rebuild-state.ts';
import { rebuildCatalogue, type Restored } from './rebuild-catalogue.ts';

const HOUR_MS = 3_600_000;

const NOTHING: Restored = {
  ...{ fromStore: 0, fromTemporal: 0, batches: 0 },
  ...{ tenants: 0, keys: 0, accessBackup: 'unread' },
};

/** The one rebuild of this process that goes on or went on last. */
@Injectable()
export class CatalogueRebuild {
  readonly #logger = new Logger('catalogue');
  #state: RebuildState = { status: 'none', ...NOTHING };

  constructor(
    @Inject(Backends) private readonly backends: Backends,
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(CONFIG) private readonly config: Config,
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
    const { access, catalogue, temporal } = this.backends;
    const state: RebuildState = { status: 'running', ...NOTHING, startedAt: this.now() };
    this.#state = state;
    const { api, webhooks } = this.config;
    const due = {
      publicBaseUrl: api.url,
      webhooksSince: this.now() - webhooks.hours * HOUR_MS,
    };
    rebuildCatalogue({ access, catalogue, store: this.store, temporal, ...due }, state)
      .then(() => {
        state.status = 'completed';
      })
      .catch((error: unknown) => {
        this.#logger.error(`The catalogue is not rebuilt: ${String(error)}`);
        state.status = 'failed';
        if (error instanceof DamagedRecordError) {
          const { message, code, hint } = error;
          Object.assign(state, { error: message, code, hint });
        } else state.error = String(error);
      })
      .finally(() => {
        state.completedAt = this.now();
      });
    return this.state;
  }
}
