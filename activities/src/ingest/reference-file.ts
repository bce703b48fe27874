import { access, constants, realpath, stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CodedError } from '@framefold/domain';
import { isBelow } from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import type { IngestDeps } from './ingest-source.ts';

/**
 * Refers to a local file in place, links resolved. Of what lies outside of the folders that it may read, nobody hears
 * whether it is there.
 *
 * @throws {CodedError} SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_NOT_MEDIA, SOURCE_EMPTY or SOURCE_LIMIT_EXCEEDED
 */
export async function referenceFile(
  { fileRoots, ownFolders, limits }: Pick<IngestDeps, 'fileRoots' | 'ownFolders' | 'limits'>,
  url: URL,
): Promise<SourceRef> {
  const given = pathOf(url);
  if (!(await isInOne(given, fileRoots))) throw forbidden();
  const path = await locate(given);
  // A link leads elsewhere; and what others have uploaded or had made is no file of the machine.
  if (!(await isInOne(path, fileRoots)) || (await isInOne(path, ownFolders))) throw forbidden();
  const found = await stat(path);
  if (!found.isFile()) throw new CodedError('SOURCE_NOT_MEDIA', 'The source is not a regular file.');
  if (found.size === 0) throw new CodedError('SOURCE_EMPTY', 'The source is empty.');
  if (found.size > limits.sourceBytes) {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `The source has ${found.size} bytes; the limit is ${limits.sourceBytes}.`,
    );
  }
  return {
    uri: pathToFileURL(path).href,
    sizeBytes: found.size,
    inPlace: true,
    modifiedAt: Math.trunc(found.mtimeMs),
  };
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw new CodedError('SOURCE_NOT_FOUND', 'The file URL does not name a file of this machine.');
  }
}

function forbidden(): CodedError {
  return new CodedError(
    'SOURCE_FORBIDDEN',
    'The file lies outside of the folders that this service may read.',
  );
}

async function locate(given: string): Promise<string> {
  try {
    const path = await realpath(given);
    await access(path, constants.R_OK);
    return path;
  } catch {
    throw new CodedError('SOURCE_NOT_FOUND', `There is no readable file ${given}.`);
  }
}

/** Whether a path lies in one of some folders, as they are named or where their names lead. */
async function isInOne(path: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders)
    if (isBelow(path, folder) || isBelow(path, await realpath(folder).catch(() => folder))) return true;
  return false;
}
