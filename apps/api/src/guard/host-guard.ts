import type { NextFunction, Request, Response } from 'express';
import { HEALTH_PATHS } from '../access/safe-transport.ts';
import { ProblemError } from '../problem/problem-error.ts';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** What the service's own names follow from. */
interface Connection {
  readonly localPort?: number | undefined;
  /** Of TLS. */
  readonly encrypted?: boolean;
}

/**
 * Refuses what a web page of another site could send to a service on loopback: requests under a name that is not the
 * service's own (DNS rebinding), and changes that come from a foreign origin (CSRF). Health is told under any name.
 *
 * @param allowedHosts further names, with or without a port; without one any port goes
 * @param allowedOrigins of pages that may change something, too
 */
export function hostGuard(allowedHosts: readonly string[], allowedOrigins: readonly string[] = []) {
  const allows = (host: string, { localPort: port, encrypted = false }: Connection): boolean => {
    const name = host.toLowerCase();
    const own = LOOPBACK_NAMES.some(
      (loopback) =>
        name === `${loopback}:${port ?? ''}` || (port === (encrypted ? 443 : 80) && name === loopback),
    );
    return (
      own ||
      allowedHosts.some(
        (allowed) => name === allowed.toLowerCase() || nameOnly(name) === allowed.toLowerCase(),
      )
    );
  };

  return (request: Request, _response: Response, next: NextFunction): void => {
    if (HEALTH_PATHS.includes(request.path)) return next();
    const connection: Connection = request.socket;
    const host = request.headers.host ?? '';
    if (!allows(host, connection)) {
      next(new ProblemError('HOST_FORBIDDEN', `This service does not answer as ${JSON.stringify(host)}.`));
      return;
    }
    const isWelcome = allowedOrigins.includes(request.headers.origin ?? '');
    if (
      !SAFE_METHODS.includes(request.method) &&
      !isWelcome &&
      isForeign(request, (origin) => allows(origin, connection))
    ) {
      const origin = request.headers.origin ?? 'another site';
      next(new ProblemError('ORIGIN_FORBIDDEN', `A page of ${origin} may not ${request.method} here.`));
      return;
    }
    next();
  };
}

function isForeign(request: Request, allows: (host: string) => boolean): boolean {
  if (request.headers['sec-fetch-site'] === 'cross-site') return true;
  const { origin } = request.headers;
  // Programs send no Origin; browsers do with every unsafe method (https://fetch.spec.whatwg.org/#origin-header).
  if (origin === undefined) return false;
  const host = /^https?:\/\/(?<host>[^/]+)$/.exec(origin)?.groups?.host;
  return host === undefined || !allows(host);
}

function nameOnly(host: string): string {
  return host.replace(/:\d+$/, '');
}
