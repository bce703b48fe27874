import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { FramefoldError, type FramefoldClient, type Upload as UploadView } from '@framefold/client';
import { type DetailedError, FileUrlStorage, Upload, type UploadOptions } from 'tus-js-client';
import { CommandError } from './command-error.ts';
import type { Interrupted } from './interrupt.ts';
import { type Pace, patiently } from './patience.ts';
import type { Reporter } from './reporter.ts';

declare module 'tus-js-client' {
  /** Keeps the addresses of unfinished uploads in a file; its own types leave it out. */
  export class FileUrlStorage implements UrlStorage {
    constructor(path: string);
    findAllUploads(): Promise<PreviousUpload[]>;
    findUploadsByFingerprint(fingerprint: string): Promise<PreviousUpload[]>;
    removeUpload(urlStorageKey: string): Promise<void>;
    addUpload(fingerprint: string, upload: PreviousUpload): Promise<string>;
  }
}

export interface Uploading {
  readonly client: FramefoldClient;
  readonly transport: Pick<UploadOptions, 'headers' | 'httpStack'>;
  /** File that remembers where unfinished uploads are. */
  readonly memory: string;
  readonly pace: Pace;
  readonly reporter: Reporter;
  /** Aborting leaves what has arrived, for the next time. */
  readonly signal: AbortSignal;
}

/**
 * Uploads a file, or goes on with its upload that was broken off; the API may be away for a while.
 *
 * @param path of a readable file
 * @throws {CommandError} with the API's refusal; the signal's reason
 */
export async function uploadFile(path: string, uploading: Uploading): Promise<UploadView> {
  const { client, transport, memory, pace, reporter, signal } = uploading;
  await mkdir(dirname(memory), { recursive: true });
  const storage = new FileUrlStorage(memory);
  const file = createReadStream(path);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const upload = new Upload(file, {
        endpoint: `${client.baseUrl}/api/uploads`,
        ...transport,
        metadata: { filename: basename(path) },
        urlStorage: storage,
        retryDelays: Array.from({ length: Math.ceil(pace.patienceMs / pace.retryMs) }, () => pace.retryMs),
        // Once there is an upload no other one is begun in its place because the API is away.
        onUploadUrlAvailable: () => (upload.options.endpoint = null),
        onProgress: (sent, total) => reporter.transfer(basename(path), sent, total),
        onSuccess: () => resolve(upload.url ?? ''),
        onError: (error) => reject(refusalOf(error)),
      });
      const stop = (): void => {
        void upload.abort();
        reject(signal.reason as Interrupted);
      };
      signal.addEventListener('abort', stop, { once: true });
      signal.throwIfAborted();
      resume(upload, storage, client).then(() => upload.start(), reject);
    });
    await forget(storage, url);
    const id = url.split('/').at(-1) ?? '';
    return await patiently(() => client.uploads.get(id), pace, reporter.note, signal);
  } finally {
    file.destroy();
  }
}

/** Has the upload go on where the last one of this very file broke off, if the service still has it. */
async function resume(upload: Upload, storage: FileUrlStorage, client: FramefoldClient): Promise<void> {
  for (const previous of await upload.findPreviousUploads()) {
    const id = previous.uploadUrl?.split('/').at(-1) ?? '';
    const isThere = await client.uploads.get(id).then(
      () => true,
      (error: unknown) => {
        if (error instanceof FramefoldError && error.status === 404) return false;
        throw error;
      },
    );
    if (isThere) return upload.resumeFromPreviousUpload(previous);
    await storage.removeUpload(previous.urlStorageKey);
  }
}

async function forget(storage: FileUrlStorage, url: string): Promise<void> {
  for (const { uploadUrl, urlStorageKey } of await storage.findAllUploads())
    if (uploadUrl === url) await storage.removeUpload(urlStorageKey);
}

function refusalOf(error: Error): CommandError {
  const answer = 'originalResponse' in error ? (error as DetailedError).originalResponse : null;
  const problem = parseProblem(answer?.getBody() ?? '');
  return new CommandError(
    problem?.code ?? 'UPLOAD_FAILED',
    problem?.error ?? error.message,
    problem?.hint ?? 'Run the command again: it goes on where it broke off.',
    { cause: error },
  );
}

function parseProblem(text: string): { code?: string; error?: string; hint?: string } | undefined {
  try {
    return JSON.parse(text) as { code?: string; error?: string; hint?: string };
  } catch {
    return undefined;
  }
}
