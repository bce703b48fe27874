import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Config } from '@framefold/config';
import { isLoopback } from '@framefold/domain';
import type { NextFunction, Request, Response } from 'express';
import { ProblemError } from '../problem/problem-error.ts';

/**
 * Whether the process answers and is ready, and nothing that is not for everybody: load balancers ask without a
 * certificate, and by address.
 */
export const HEALTH_PATHS = ['/healthz', '/readyz'];

/** Whether an address is a proxy's that is believed; `distance` is the number of proxies before it. */
export type IsProxy = (address: string, distance: number) => boolean;

/** Refuses what came in a way that the operator did not mean. */
export function requireSafeTransport(listen: Config['listen']) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (HEALTH_PATHS.includes(request.path)) return next();
    // Express compiles the setting into a predicate.
    next(transportRefusal(listen, request.socket, request.app.get('trust proxy fn') as IsProxy));
  };
}

/**
 * The refusal of what comes by a connection without the certificate that clients must have, or, where a proxy is to
 * speak TLS for this service, past that proxy.
 */
export function transportRefusal(
  { tls, proxies }: Config['listen'],
  socket: Socket,
  isProxy: IsProxy,
): ProblemError | undefined {
  if (tls?.clientAuthoritiesFile !== undefined && !isTrusted(socket)) {
    return new ProblemError(
      'CLIENT_CERTIFICATE_REQUIRED',
      'Only clients with a certificate are answered, and this one has none that is trusted.',
    );
  }
  const from = socket.remoteAddress ?? '';
  if (tls === undefined && proxies.length > 0 && !isLoopback(from) && !isProxy(from, 0))
    return new ProblemError('PROXY_REQUIRED', `This service answers its proxy, which ${from} is not.`);
  return undefined;
}

/**
 * Whether a connection showed a certificate that is trusted. A session that TLS 1.3 resumes counts as authorized even if
 * no certificate was ever shown in it; one that was shown, and how it was found, is part of it.
 */
function isTrusted(socket: Socket): boolean {
  if (!('authorized' in socket) || socket.authorized !== true) return false;
  return (socket as TLSSocket).getPeerX509Certificate() !== undefined;
}
