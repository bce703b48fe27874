import { isFull, takeToken, type RateLimit, type TokenBucket } from '@framefold/domain';
import ipaddr from 'ipaddr.js';
import { ProblemError } from '../problem/problem-error.ts';
import type { Clock } from '../tokens.ts';

/** Buckets beyond which the full ones are forgotten. */
const SWEEP_AT = 10_000;

/** Parts of an IPv6 address that name a network: whoever has one address of it has all of them. */
const NETWORK_PARTS = 4;

/** The buckets of all clients, in this process. */
export class RateLimiter {
  readonly #buckets = new Map<string, TokenBucket>();
  #sweepAt = SWEEP_AT;

  constructor(
    readonly limit: RateLimit,
    private readonly now: Clock,
  ) {}

  /**
   * Takes a token of a client.
   *
   * @returns how many are left
   * @throws {ProblemError} RATE_LIMITED
   */
  take(client: string): number {
    const now = this.now();
    const { bucket, allowed, waitSeconds } = takeToken(this.#buckets.get(client), this.limit, now);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > this.#sweepAt) this.#sweep(now);
    if (allowed) return Math.floor(bucket.tokens);
    const { perSecond, burst } = this.limit;
    throw new ProblemError(
      'RATE_LIMITED',
      `A client may make ${perSecond} requests a second, and ${burst} at once.`,
      { headers: { 'Retry-After': String(Math.ceil(waitSeconds)), ...this.headers(0) } },
    );
  }

  /** What is left, in words of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/. */
  headers(left: number): Record<string, string> {
    const { perSecond, burst } = this.limit;
    const window = Math.ceil(burst / perSecond);
    return {
      'RateLimit-Policy': `"client";q=${burst};w=${window}`,
      RateLimit: `"client";r=${left};t=${Math.ceil((burst - left) / perSecond)}`,
    };
  }

  #sweep(now: number): void {
    for (const [client, bucket] of this.#buckets) {
      if (isFull(bucket, this.limit, now)) this.#buckets.delete(client);
    }
    // When all of them are busy, sweeping at every request would be slower than having them.
    this.#sweepAt = Math.max(SWEEP_AT, this.#buckets.size * 2);
  }
}

/** The name of a client that shows no key: its address, or the network of an IPv6 address. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? `${parsed.parts
        .slice(0, NETWORK_PARTS)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : parsed.toString();
}
