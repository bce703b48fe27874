import type { UploadView } from '@framefold/domain';
import busboy from 'busboy';
import type { Request } from 'express';
import { ProblemError } from '../problem/problem-error.ts';
import type { Uploads } from './uploads.ts';

/** What a form may hold beside its file, of which nothing is used. */
const FEW = { fields: 20, fieldSize: 1024, parts: 21 };

/**
 * The file of a form (RFC 7578) as an upload, written to disk as it comes.
 *
 * @throws {ProblemError} UPLOAD_FORM_INVALID, UPLOAD_TOO_LARGE, UPLOAD_KIND_REFUSED, UPLOAD_NO_ROOM,
 *   UPLOAD_STALLED
 */
export async function receiveForm(
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
  request: Request,
  uploads: Uploads,
  maxBytes: number,
): Promise<UploadView> {
  const form = open(request, maxBytes);
  // The length is that of the whole form, which is little more than its file.
  await uploads.assertRoom(Math.min(Number(request.get('content-length') ?? 0), maxBytes));
  let received: Promise<UploadView> | undefined;
  const parsed = new Promise<void>((resolve, reject) => {
    form.on('file', (_, file, info) => {
      // Absent where the client names none, whatever its type says.
      const { filename, mimeType }: { filename: string | undefined; mimeType: string } = info;
      // It may break before anybody reads it, and says so again to whoever does.
      file.on('error', () => undefined);
      file.once('limit', () =>
        file.destroy(new ProblemError('UPLOAD_TOO_LARGE', `The file is larger than ${maxBytes} bytes.`)),
      );
      const metadata = { ...(filename === undefined ? {} : { filename }), filetype: mimeType };
      // Without a reader the form would never end.
      received = uploads.receive(tenantId, id, file, metadata).finally(() => file.resume());
      received.catch(reject);
    });
    form.once('filesLimit', () => reject(invalid('The form holds more than one file.')));
    form.on('error', (error) => reject(invalid('The form cannot be read.', error)));
    form.once('close', resolve);
    const breakOff = (): void => {
      if (!request.complete) form.destroy(new Error('The connection broke off.'));
    };
    if (request.closed) breakOff();
    else request.once('close', breakOff);
    request.pipe(form);
  });
  try {
    await parsed;
    if (received === undefined) throw invalid('The form holds no file.');
    return await received;
  } catch (error) {
    // The rest is read and dropped, so that the client gets to see the refusal.
    request.unpipe(form);
    form.destroy();
    request.resume();
    const view = await received?.catch(() => undefined);
    if (view !== undefined) await uploads.remove(tenantId, view.id);
    throw error;
  }
}

function open(request: Request, maxBytes: number): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { ...FEW, files: 1, fileSize: maxBytes },
    });
  } catch (error) {
    throw invalid('The body is not multipart/form-data.', error);
  }
}

function invalid(message: string, cause?: unknown): ProblemError {
  return new ProblemError('UPLOAD_FORM_INVALID', message, {}, { cause });
}
