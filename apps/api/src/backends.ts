import type { AccessStore, Catalogue } from '@framefold/platform';
import { ProblemError } from './problem/problem-error.ts';
import type { TemporalGateway } from './temporal/temporal-gateway.ts';

/**
 * What the routes work with and what may come up after HTTP does. Until then those that need it answer 503 NOT_READY.
 */
export class Backends {
  #catalogue: Catalogue | undefined;
  #access: AccessStore | undefined;
  #temporal: TemporalGateway | undefined;

  /** @throws {ProblemError} NOT_READY */
  get catalogue(): Catalogue {
    return this.#catalogue ?? notReady('The catalogue is being opened.');
  }

  set catalogue(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** @throws {ProblemError} NOT_READY */
  get access(): AccessStore {
    return this.#access ?? notReady('The catalogue is being opened.');
  }

  set access(access: AccessStore) {
    this.#access = access;
  }

  /** @throws {ProblemError} NOT_READY */
  get temporal(): TemporalGateway {
    return this.#temporal ?? notReady('Temporal is not connected yet.');
  }

  set temporal(temporal: TemporalGateway) {
    this.#temporal = temporal;
  }
}

function notReady(message: string): never {
  throw new ProblemError('NOT_READY', message);
}
