import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Config } from '@framefold/config';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';

const HOUR_SECONDS = 3600;

/** A signature is good for a day at least. */
const GOOD_FOR_SECONDS = 24 * HOUR_SECONDS;

/** Signed URLs of output. Where there is a secret, who has one that was signed with it may read, whoever that is, and nobody else. */
@Injectable()
export class Playback {
  readonly #secret: string | undefined;
  readonly #now: Clock;

  constructor(@Inject(CONFIG) { playbackSecret }: Config, @Inject(CLOCK) now: Clock) {
    this.#secret = playbackSecret;
    this.#now = now;
  }

  /** Whether URLs must be signed. */
  get isSigned(): boolean {
    return this.#secret !== undefined;
  }

  /** The query by which every file of a job's output can be read for a day; empty where none is needed. */
  query(jobId: string): string {
    if (this.#secret === undefined) return '';
    // To the hour, so that players which ask again get the same URLs, and find them in their caches.
    const hours = Math.floor((this.#now() / 1000 + GOOD_FOR_SECONDS) / HOUR_SECONDS) + 1;
    return queryOf(this.#secret, jobId, String(hours * HOUR_SECONDS));
  }

  /**
   * Holds the query of a request against what was signed.
   *
   * @returns the same query, for the URLs in playlists; empty where none is needed
   * @throws {ProblemError} PLAYBACK_FORBIDDEN
   */
  check(jobId: string, { expires, signature }: Readonly<Record<string, unknown>>): string {
    if (this.#secret === undefined) return '';
    if (typeof expires !== 'string' || typeof signature !== 'string')
      throw new ProblemError('PLAYBACK_FORBIDDEN', 'The URL is not signed.');
    const query = queryOf(this.#secret, jobId, expires);
    if (!isSame(query, `?expires=${expires}&signature=${signature}`))
      throw new ProblemError('PLAYBACK_FORBIDDEN', 'The signature of the URL is not that of this job.');
    if (Number(expires) * 1000 <= this.#now())
      throw new ProblemError('PLAYBACK_FORBIDDEN', 'The URL has expired.');
    return query;
  }
}

/** One signature for the whole tree: a playlist names hundreds of files. */
function queryOf(secret: string, jobId: string, expires: string): string {
  const signature = createHmac('sha256', secret).update(`${jobId}\n${expires}`).digest('base64url');
  return `?expires=${expires}&signature=${signature}`;
}

function isSame(wanted: string, given: string): boolean {
  const [one, other] = [Buffer.from(wanted), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
