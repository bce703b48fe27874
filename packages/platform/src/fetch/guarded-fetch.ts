import { lookup as lookUp, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, fetch, type Response } from 'undici';
import {
  assertAllowedUrl,
  ForbiddenUrlError,
  isAllowedAddress,
  type PrivateNetworks,
} from './address-guard.ts';

const CONNECT_TIMEOUT_MS = 4_000;

/** From the end of the request to the first line of the answer. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A body that stands still for longer is given up. */
const BODY_IDLE_TIMEOUT_MS = 30_000;

const MAX_REDIRECTS = 5;

export interface GuardedRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** How many redirects are followed, by default 5. With 0 an answer of 3xx is returned like any other. */
  readonly redirects?: number;
}

/**
 * Fetches from the outside world without reaching inside. Every hop's address is checked, and the connection goes to
 * the very address that was checked, so that a name can't change its meaning in between.
 *
 * Throws {@link ForbiddenUrlError}; for what goes wrong on the way fetch's TypeError with the system's error as cause.
 */
export type GuardedFetch = (url: URL, request?: GuardedRequest) => Promise<Response>;

export interface GuardOptions {
  readonly privateNetworks: PrivateNetworks;
  /** How names become addresses; by default as the system does it. */
  readonly lookup?: typeof lookUp;
}

/** Makes a fetch that keeps to the rules of {@link GuardOptions}. */
export function createGuardedFetch({ privateNetworks, lookup = lookUp }: GuardOptions): GuardedFetch {
  const dispatcher = new Agent({
    // No keep-alive: sources are few and large, and no idle connection must hold up the end of the process.
    pipelining: 0,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: BODY_IDLE_TIMEOUT_MS,
    connect: { lookup: guardLookup(lookup, privateNetworks), timeout: CONNECT_TIMEOUT_MS },
  });

  return async (url, { redirects = MAX_REDIRECTS, headers = {}, ...request } = {}) => {
    let next = url;
    for (let hop = 0; ; hop++) {
      assertAllowedUrl(next, privateNetworks);
      const answer = await fetch(next, {
        ...request,
        // Ranges and lengths must count the bytes of the file itself.
        headers: { 'user-agent': 'Framefold', 'accept-encoding': 'identity', ...headers },
        redirect: 'manual',
        dispatcher,
      });
      const location = isRedirect(answer.status) ? answer.headers.get('location') : null;
      if (redirects === 0 || location === null) return answer;
      await answer.body?.cancel();
      if (hop === redirects)
        throw new ForbiddenUrlError(`More than ${redirects} redirects are not followed.`);
      if (!URL.canParse(location, next.href)) throw new ForbiddenUrlError('A redirect leads to no URL.');
      next = new URL(location, next);
    }
  };
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
