import type { Config } from '@framefold/config';
import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';
import { Authenticator, type Identifiable } from './authenticator.ts';
import { networkOf, RateLimiter } from './rate-limiter.ts';

/**
 * Finds out who makes each request, and takes a token of that client's bucket: the key's, or the address's where there
 * is no valid one. To look up a key that was never shown here takes one of the address's, too, so that guessing is no faster
 * than anything else.
 */
@Injectable()
export class AdmitRequest {
  /** Undefined where nothing is limited. */
  readonly #limiter: RateLimiter | undefined;

  constructor(
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(CONFIG) { rateLimit }: Config,
    @Inject(CLOCK) now: Clock,
  ) {
    this.#limiter = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, now);
  }

  /**
   * @param address of the client
   * @returns headers that say what is left to the client
   * @throws {ProblemError} RATE_LIMITED
   */
  async admit(request: Identifiable, address: string): Promise<Readonly<Record<string, string>>> {
    const limiter = this.#limiter;
    const network = networkOf(address);
    const keyId = await this.authenticator.identify(request, () => void limiter?.take(network));
    return limiter?.headers(limiter.take(keyId ?? network)) ?? {};
  }
}

/** {@link AdmitRequest} before every route. */
export function admitRequests(admission: AdmitRequest) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    try {
      response.setHeaders(new Map(Object.entries(await admission.admit(request, request.ip ?? ''))));
      next();
    } catch (error) {
      next(error);
    }
  };
}
