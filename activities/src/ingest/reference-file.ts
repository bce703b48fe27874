import { access, constants, realpath, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CodedError } from '@framefold/domain';
import type { SourceRef } from '@framefold/workflows/contract';
import type { IngestDeps } from './ingest-source.ts';

/**
 * Refers to a local file in place, links resolved.
 *
 * @throws {CodedError} SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_NOT_MEDIA, SOURCE_EMPTY or SOURCE_LIMIT_EXCEEDED
 */
export async function referenceFile(
  deps: Pick<IngestDeps, 'fileRoots' | 'limits'>,
  url: URL,
): Promise<SourceRef> {
  const path = await locate(url);
  if (!(await isBelow(path, deps.fileRoots))) {
    throw new CodedError(
      'SOURCE_FORBIDDEN',
      'The file lies outside of the folders that this service may read.',
    );
  }
  const found = await stat(path);
  if (!found.isFile()) throw new CodedError('SOURCE_NOT_MEDIA', 'The source is not a regular file.');
  if (found.size === 0) throw new CodedError('SOURCE_EMPTY', 'The source is empty.');
  if (found.size > deps.limits.sourceBytes) {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `The source has ${found.size} bytes; the limit is ${deps.limits.sourceBytes}.`,
    );
  }
  return {
    uri: pathToFileURL(path).href,
    sizeBytes: found.size,
    inPlace: true,
    modifiedAt: Math.trunc(found.mtimeMs),
  };
}

async function locate(url: URL): Promise<string> {
  let given: string;
  try {
    given = fileURLToPath(url);
  } catch {
    throw new CodedError('SOURCE_NOT_FOUND', 'The file URL does not name a file of this machine.');
  }
  try {
    const path = await realpath(given);
    await access(path, constants.R_OK);
    return path;
  } catch {
    throw new CodedError('SOURCE_NOT_FOUND', `There is no readable file ${given}.`);
  }
}

async function isBelow(path: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    const resolved = await realpath(root).catch(() => undefined);
    if (resolved === undefined) continue;
    const inside = relative(resolved, path);
    if (inside !== '..' && !inside.startsWith('../')) return true;
  }
  return false;
}
