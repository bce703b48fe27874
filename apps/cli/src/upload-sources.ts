import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '@framefold/config';
import { isFileUrl, type TranscodeRequestBody, uploadUrl } from '@framefold/domain';
import { UsageError } from './command-error.ts';
import { tusTransport } from './connect.ts';
import type { Io } from './io.ts';
import { uploadFile, type Uploading } from './upload-file.ts';

/** How uploads reach the API, and where they keep the addresses of unfinished ones. */
export function uploadTools(io: Io): Pick<Uploading, 'transport' | 'memory'> {
  return { transport: tusTransport(io), memory: join(io.loadConfig().home, 'resumable-uploads.json') };
}

/** Whether files of this machine are to be uploaded: on request, and where the service could not or would not read them. */
export function sendsFiles(
  { upload }: { readonly upload?: boolean },
  { api, fileRoots }: Pick<Config, 'api' | 'fileRoots'>,
): boolean {
  return upload === true || !api.isLocal || fileRoots.length === 0;
}

/** The request with each file of this machine uploaded, for a service that does not see its disks. */
export async function uploadSources(
  request: TranscodeRequestBody,
  uploading: Uploading,
): Promise<TranscodeRequestBody> {
  const upload = async (sourceUrl: string): Promise<string> => {
    if (!isFileUrl(sourceUrl)) return sourceUrl;
    const path = fileURLToPath(sourceUrl);
    assertFile(path);
    return uploadUrl((await uploadFile(path, uploading)).id);
  };
  const { sourceUrl, append = [] } = request;
  const first = sourceUrl === undefined ? undefined : await upload(sourceUrl);
  const others = [];
  for (const input of append) others.push({ ...input, sourceUrl: await upload(input.sourceUrl) });
  return {
    ...request,
    ...(first === undefined ? {} : { sourceUrl: first }),
    ...(others.length === 0 ? {} : { append: others }),
  };
}

/** @throws {UsageError} */
export function assertFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new UsageError(`${path} is not a file that can be uploaded.`);
}
