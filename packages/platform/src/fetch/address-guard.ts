import ipaddr from 'ipaddr.js';

/** Whether private, shared and loopback addresses may be reached. Link-local ones (cloud metadata) never are. */
export type PrivateNetworks = 'allow' | 'deny';

/** A URL or address that must not be fetched. Says which, never what is there. */
export class ForbiddenUrlError extends Error {
  override readonly name = 'ForbiddenUrlError';
}

const PRIVATE_RANGES = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/** What the internet assigns in IPv6; all else maps, translates or tunnels to other addresses. RFC 4291 section 2.4 */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether bytes may be fetched from an address. Only what is known to be public is, not all that isn't known to be private.
 *
 * @param address IPv4 or IPv6, an IPv4 one inside IPv6 included
 */
export function isAllowedAddress(address: string, privateNetworks: PrivateNetworks): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (privateNetworks === 'allow' && PRIVATE_RANGES.has(range)) return true;
  if (range !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6);
}

/**
 * Holds a URL against the rules: http(s), no credentials, and no forbidden address written out. Names are checked when
 * they are looked up.
 *
 * @throws {ForbiddenUrlError}
 */
export function assertAllowedUrl(url: URL, privateNetworks: PrivateNetworks): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ForbiddenUrlError(`${url.protocol} URLs are not fetched.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ForbiddenUrlError('URLs with a user name or password are not fetched.');
  }
  // The URL parser has brought every spelling of IPv4 (127.1, 0x7f.1, 2130706433) into the dotted one.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isAllowedAddress(host, privateNetworks)) {
    throw new ForbiddenUrlError(`The address ${host} is not public.`);
  }
}
