import { CodedError, type Tenant, uploadUrl } from '@framefold/domain';
import { ERRORS, Server } from '@tus/server';
import type { Request, Response } from 'express';
import { NodeRequest } from 'srvx/node';
import { ProblemError } from '../problem/problem-error.ts';
import type { ProblemCode } from '../problem/problems.ts';
import type { AdmitUpload } from './admit-upload.ts';
import { assertMedia } from './assert-media.ts';
import { assertTusHeaders, TUS_VERSION, unsupportedVersion } from './tus-headers.ts';
import { CHECKSUM_ALGORITHMS, parseChecksum } from './upload-checksum.ts';
import { newUploadId } from './upload-id.ts';
import type { Uploaded } from './upload-schemas.ts';
import type { Uploads } from './uploads.ts';

/** Where uploads are on this service. */
export const UPLOADS_PATH = '/api/uploads';

/** Answers one request by the tus protocol. */
export type TusHandler = (tenant: Tenant, request: Request, response: Response) => Promise<void>;

/**
 * The tus protocol (https://tus.io/protocols/resumable-upload) over the uploads. What the server of the tus project
 * leaves out is added: checksums, an expiry that moves with the last byte, problem details.
 *
 * @param maxBytes largest upload
 * @param now in ms since the epoch
 */
export function createTusHandler(
  uploads: Uploads,
  admission: AdmitUpload,
  maxBytes: number,
  now: () => number,
): TusHandler {
  const server = new Server({
    path: UPLOADS_PATH,
    datastore: uploads.unfinished,
    locker: uploads.locker,
    maxSize: maxBytes,
    relativeLocation: true,
    namingFunction: newUploadId,
    // By itself it would look in the whole URL, query included, and find another than the one that was checked.
    getFileIdFromRequest: () => uploads.unfinished.request.getStore()?.id,
    onUploadCreate: async (_, upload) => {
      assertMedia(upload.metadata ?? {});
      const sizeBytes = upload.size ?? 0;
      await uploads.assertRoom(sizeBytes);
      await admission.assertQuota(uploads.unfinished.tenant(), sizeBytes);
      upload.creation_date = new Date(now()).toISOString();
      return {};
    },
    onUploadFinish: async (_, { id }) => {
      await uploads.finish(id);
      return {};
    },
    onResponseError: (_, error) => {
      throw refusalOf(error);
    },
  });

  return async (tenant, request, response) => {
    response.setHeader('Tus-Resumable', TUS_VERSION);
    if (request.method !== 'OPTIONS' && request.get('tus-resumable') === undefined)
      throw unsupportedVersion();
    assertTusHeaders(request);
    const checksum = parseChecksum(request.get('upload-checksum'));
    const id = request.params.id === undefined ? undefined : String(request.params.id);
    // One that has expired is not there, even if nobody has removed it yet.
    if (id !== undefined) await uploads.view(tenant.id, id);
    const web = new NodeRequest({ req: request, res: response });
    // The tus server refuses the list of several proxies, and needs it for nothing.
    web.headers.delete('x-forwarded-proto');
    const answer = await uploads.unfinished.request.run({ tenant, id, checksum }, () =>
      server.handleWeb(web),
    );
    if (answer.status >= 400) throw refusalOf({ status_code: answer.status, body: await answer.text() });
    for (const [name, value] of answer.headers) {
      // Who may read this from another origin is not decided here.
      // Nor is the body this one's.
      if (!name.startsWith('access-control-') && name !== 'content-type') response.setHeader(name, value);
    }
    response.status(answer.status);
    if (request.method === 'OPTIONS') {
      response.setHeader('Tus-Checksum-Algorithm', CHECKSUM_ALGORITHMS.join(','));
      response.end();
      return;
    }
    const created = id === undefined ? answer.headers.get('location')?.split('/').at(-1) : undefined;
    const { status, expiresAt } = await uploads.view(tenant.id, String(created ?? id));
    if (status === 'unfinished' && expiresAt !== undefined)
      response.setHeader('Upload-Expires', new Date(expiresAt).toUTCString());
    if (created === undefined) response.end();
    else response.json({ id: created, sourceUrl: uploadUrl(created) } satisfies Uploaded);
  };
}

/** What the tus server says by a number. */
const CODES: Readonly<Record<number, ProblemCode>> = {
  404: 'UPLOAD_NOT_FOUND',
  409: 'UPLOAD_OFFSET_CONFLICT',
  410: 'UPLOAD_NOT_FOUND',
  413: 'UPLOAD_TOO_LARGE',
};

function refusalOf(error: Error | { status_code: number; body: string }): Error {
  if (error instanceof ProblemError || error instanceof CodedError) return error;
  if (error === ERRORS.ABORTED) {
    // The rest of the body would still be sent.
    const headers = { Connection: 'close' };
    return new ProblemError('UPLOAD_LOCKED', 'Another request has taken the upload over.', { headers });
  }
  // Some are errors and some are not, and all have these two.
  if (!('status_code' in error) || error.status_code >= 500)
    return error instanceof Error ? error : fault(error);
  return new ProblemError(CODES[error.status_code] ?? 'TUS_REQUEST_INVALID', `${error.body.trim()}.`);
}

function fault({ body }: { body: string }): Error {
  return new Error(`The tus server failed: ${body.trim()}`);
}
