import { UploadId } from '@framefold/domain';
import type { NextFunction, Request, Response } from 'express';
import { UPLOADS_PATH } from './tus-server.ts';

/** HEAD is not among them: its answer ends with its headers, where that to a POST has a body. */
const METHODS = ['PATCH', 'DELETE'];

/**
 * Takes a POST to an upload for the method that its X-HTTP-Method-Override names, for clients that can send no other
 * (https://tus.io/protocols/resumable-upload#x-http-method-override). It stands before all guards and routes, so that
 * the request may do what it may do by the method itself.
 */
export function overrideMethod(request: Request, _response: Response, next: NextFunction): void {
  const method = request.get('x-http-method-override') ?? '';
  if (request.method === 'POST' && METHODS.includes(method) && isUpload(request.path))
    request.method = method;
  next();
}

/** By its form: other addresses below, such as that of direct uploads, have a POST of their own. */
function isUpload(path: string): boolean {
  const prefix = `${UPLOADS_PATH}/`;
  return path.startsWith(prefix) && UploadId.safeParse(path.slice(prefix.length)).success;
}
