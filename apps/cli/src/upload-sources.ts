import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TranscodeRequestBody, uploadUrl } from '@framefold/domain';
import { UsageError } from './command-error.ts';
import { credentials } from './connect.ts';
import type { Io } from './io.ts';
import { uploadFile, type Uploading } from './upload-file.ts';

/** What uploads show to the API, and where they keep the addresses of unfinished ones. */
export function uploadTools(io: Io): Pick<Uploading, 'headers' | 'memory'> {
  return { headers: credentials(io), memory: join(io.loadConfig().home, 'resumable-uploads.json') };
}

/** The request with each file of this machine uploaded, for a service that does not see its disks. */
export async function uploadSources(
  request: TranscodeRequestBody,
  uploading: Uploading,
): Promise<TranscodeRequestBody> {
  const upload = async (sourceUrl: string): Promise<string> => {
    if (!sourceUrl.startsWith('file:')) return sourceUrl;
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
