import { lookup as lookUp, type LookupAddress } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import {
  assertAllowedUrl,
  ForbiddenUrlError,
  isAllowedAddress,
  type PrivateNetworks,
} from './address-guard.ts';

const DEFAULT_ANSWER_SECONDS = 6;

/** A connection on which nothing moves for longer is given up. */
const IDLE_SECONDS = 30;

const MAX_REDIRECTS = 5;

export interface GuardedRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request, and the reading of the body too. */
  readonly signal?: AbortSignal;
  /** How many redirects are followed, by default 5. With 0 an answer of 3xx is returned like any other. */
  readonly redirects?: number;
  /** Time for connecting and for the first line of the answer, at each hop; by default 6 s. */
  readonly answerSeconds?: number;
}

export interface WebAnswer {
  readonly status: number;
  readonly header: (lowerCaseName: string) => string | undefined;
  /** As it was sent, never decompressed. Must be read or destroyed; fails when the connection breaks. */
  readonly body: Readable;
}

/**
 * Fetches from the outside world without reaching inside. Every hop's address is checked, and the connection goes to
 * the very address that was checked, so that a name can't change its meaning in between.
 *
 * Throws {@link ForbiddenUrlError}; for what goes wrong on the way the system's errors, time-outs as ETIMEDOUT.
 */
export type GuardedFetch = (url: URL, request?: GuardedRequest) => Promise<WebAnswer>;

export interface GuardOptions {
  readonly privateNetworks: PrivateNetworks;
  /** How names become addresses; by default as the system does it. */
  readonly lookup?: typeof lookUp;
}

/**
 * Makes a fetch that keeps to the rules of {@link GuardOptions}. On Node's own client, because a server can crash a
 * process that uses undici 7 (https://github.com/nodejs/undici/issues/5360), and undici 8 needs Node 22.
 */
export function createGuardedFetch({ privateNetworks, lookup = lookUp }: GuardOptions): GuardedFetch {
  const guardedLookup = guardLookup(lookup, privateNetworks);
  return async (url, request = {}) => {
    const { redirects = MAX_REDIRECTS } = request;
    let next = url;
    for (let hop = 0; ; hop++) {
      assertAllowedUrl(next, privateNetworks);
      const answer = await ask(next, request, guardedLookup);
      const location = isRedirect(answer.status) ? answer.header('location') : undefined;
      if (redirects === 0 || location === undefined) return answer;
      answer.body.destroy();
      if (hop === redirects)
        throw new ForbiddenUrlError(`More than ${redirects} redirects are not followed.`);
      if (!URL.canParse(location, next.href)) throw new ForbiddenUrlError('A redirect leads to no URL.');
      next = new URL(location, next);
    }
  };
}

async function ask(url: URL, request: GuardedRequest, lookup: LookupFunction): Promise<WebAnswer> {
  const { method = 'GET', headers, body, signal, answerSeconds = DEFAULT_ANSWER_SECONDS } = request;
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? https : http).request(url, {
      method,
      lookup,
      // A connection of its own: a kept one would be to an address that was checked for somebody else.
      agent: false,
      // Ranges and lengths must count the bytes of the file itself.
      headers: { 'user-agent': 'Framefold', 'accept-encoding': 'identity', ...headers },
      ...(signal === undefined ? {} : { signal }),
    });
    const timer = setTimeout(
      () => sent.destroy(timeout(`No answer within ${answerSeconds} s.`)),
      answerSeconds * 1000,
    );
    sent.setTimeout(IDLE_SECONDS * 1000, () => sent.destroy(timeout(`Nothing came for ${IDLE_SECONDS} s.`)));
    sent.once('response', resolve);
    sent.once('close', () => clearTimeout(timer));
    sent.once('response', () => clearTimeout(timer));
    // For good, not once: a connection that breaks later says so here as well as on the body.
    sent.on('error', reject);
    sent.end(body);
  });
  return {
    status: message.statusCode ?? 0,
    header: (name) => [message.headers[name]].flat()[0],
    body: message,
  };
}

function timeout(text: string): Error {
  return Object.assign(new Error(text), { code: 'ETIMEDOUT' });
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** A look-up that fails when any address of the name is forbidden: a good address does not vouch for the others. */
function guardLookup(lookup: typeof lookUp, privateNetworks: PrivateNetworks): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const [first] = addresses;
      if (
        first === undefined ||
        !addresses.every(({ address }) => isAllowedAddress(address, privateNetworks))
      ) {
        return callback(new ForbiddenUrlError(`${hostname} is not at a public address.`), '', 0);
      }
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
