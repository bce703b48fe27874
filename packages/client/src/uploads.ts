import type { Http } from './http.ts';
import type { CallOptions } from './operation.ts';
import type { CreatedUpload, Upload } from './shapes.ts';

/** The calls about uploads. All reject with FramefoldError, or with the signal's reason. */
export class Uploads {
  constructor(private readonly http: Http) {}

  /**
   * Uploads a file in one request; the answer's `sourceUrl` names it in a job. What breaks off is gone: for large files
   * take tus, with its own client, at `/api/uploads`.
   *
   * @param file of any size: it is read as it is sent; in Node, `openAsBlob` of `node:fs` gives one
   * @param options without `timeoutMs` it may take as long as it takes
   */
  async create(file: Blob, filename: string, options: CallOptions = {}): Promise<CreatedUpload> {
    const body = new FormData();
    body.append('file', file, filename);
    const request = { timeoutMs: Infinity, ...options, method: 'POST', body };
    return (await this.http.requestJson('/api/uploads', request)) as CreatedUpload;
  }

  get(id: string, options: CallOptions = {}): Promise<Upload> {
    return this.http.call('get', '/api/uploads/{id}', { ...options, path: { id } });
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.http.call('delete', '/api/uploads/{id}', { ...options, path: { id } });
  }
}
