/** How often a client may ask: a bucket of `burst` tokens that gets `perSecond` new ones a second. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is left of a client's bucket. */
export interface TokenBucket {
  readonly tokens: number;
  /** When it was last looked at, ms since the epoch. */
  readonly at: number;
}

/** What became of a request for a token. */
export interface Taken {
  readonly bucket: TokenBucket;
  readonly allowed: boolean;
  /** Until the next token, in seconds; 0 where there is one. */
  readonly waitSeconds: number;
}

/**
 * Takes a token. A refused request costs nothing, so that who waits as told gets through.
 *
 * @param bucket undefined for a client that is new: its bucket is full
 * @param now ms since the epoch; a clock that was set back adds no tokens
 */
export function takeToken(
  bucket: TokenBucket | undefined,
  { perSecond, burst }: RateLimit,
  now: number,
): Taken {
  const elapsedSeconds = bucket === undefined ? 0 : Math.max(0, now - bucket.at) / 1000;
  const filled = bucket === undefined ? burst : Math.min(burst, bucket.tokens + elapsedSeconds * perSecond);
  const allowed = filled >= 1;
  const tokens = allowed ? filled - 1 : filled;
  return {
    bucket: { tokens, at: now },
    allowed,
    waitSeconds: tokens >= 1 ? 0 : (1 - tokens) / perSecond,
  };
}

/** Whether a bucket is full again, so that forgetting it changes nothing. */
export function isFull({ tokens, at }: TokenBucket, { perSecond, burst }: RateLimit, now: number): boolean {
  return tokens + ((now - at) / 1000) * perSecond >= burst;
}
