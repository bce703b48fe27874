import type { CorsOptionsDelegate } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { Request } from 'express';

/** How long a browser may remember what is allowed, in seconds. */
const MAX_AGE_SECONDS = 600;

/** Headers of answers that a page may read beside the few that it always may. */
const READABLE = [
  'Content-Range',
  'ETag',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  // tus (https://tus.io/protocols/resumable-upload)
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
];

/** Lets pages of these origins call the API. Without credentials: cookies mean nothing here, keys are sent on purpose. */
export function crossOrigin(origins: readonly string[]): CorsOptionsDelegate<Request> {
  return ({ headers }, done) =>
    done(null, {
      origin: [...origins],
      exposedHeaders: READABLE,
      maxAge: MAX_AGE_SECONDS,
      // An OPTIONS that asks nothing of CORS is for a route: tus tells by it what it can.
      preflightContinue: headers['access-control-request-method'] === undefined,
    });
}
