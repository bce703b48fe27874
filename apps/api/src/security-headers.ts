import type { TlsConfig } from '@framefold/config';
import helmet from 'helmet';
import type { NextFunction, Request, Response } from 'express';

const OWN = ["'self'"];

/** No script that is not a file of ours; hls.js plays blobs and decodes in a worker made of one. */
const pagePolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: OWN,
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
    formAction: OWN,
    scriptSrc: OWN,
    styleSrc: OWN,
    imgSrc: [...OWN, 'data:'],
    mediaSrc: [...OWN, 'blob:'],
    workerSrc: [...OWN, 'blob:'],
    connectSrc: OWN,
  },
};

// Swagger UI brings its styles inline; its scripts are files.
const docsPolicy = {
  ...pagePolicy,
  directives: { ...pagePolicy.directives, styleSrc: [...OWN, "'unsafe-inline'"] },
};

/**
 * Headers that hold browsers to what the pages need.
 *
 * @param tls HSTS is said with a certificate of the operator's own alone: it binds a name for good, and one that is
 *   generated is for names such as localhost, which others use without TLS
 */
export function securityHeaders(tls: TlsConfig | undefined) {
  const options = { strictTransportSecurity: tls?.generated === false } as const;
  const pages = helmet({ ...options, contentSecurityPolicy: pagePolicy });
  const docs = helmet({ ...options, contentSecurityPolicy: docsPolicy });
  return (request: Request, response: Response, next: NextFunction): void => {
    (/^\/docs(\/|$)/.test(request.path) ? docs : pages)(request, response, next);
  };
}
