import { fileURLToPath } from 'node:url';
import type { Config } from '@framefold/config';
import { isFileUrl, type TranscodeRequest } from '@framefold/domain';
import { isBelow } from '@framefold/platform';
import { ProblemError } from '../problem/problem-error.ts';

/**
 * Refuses files of the machine outside of the folders that sources may come from, as they are named. Where a link leads
 * is for the worker to see, which has roots of its own; this service's count wherever a worker was given none.
 *
 * @param at before the path of what is wrong
 * @throws {ProblemError} VALIDATION_FAILED
 */
export function assertFiles(
  { sourceUrl, append }: Pick<TranscodeRequest, 'sourceUrl' | 'append'>,
  { fileRoots, ownFolders }: Pick<Config, 'fileRoots' | 'ownFolders'>,
  at = '',
): void {
  const sources = [
    ['sourceUrl', sourceUrl] as const,
    ...append.map((input, index) => [`append.${index}.sourceUrl`, input.sourceUrl] as const),
  ];
  for (const [field, url] of sources) {
    const path = url === undefined ? undefined : pathOf(url);
    if (path === undefined) continue;
    const isIn = (folder: string): boolean => isBelow(path, folder);
    if (fileRoots.some(isIn) && !ownFolders.some(isIn)) continue;
    const message = 'names a file outside of the folders that this service may read; upload it';
    throw new ProblemError('VALIDATION_FAILED', `The request is not valid: ${at}${field} ${message}.`, {
      errors: [{ path: `${at}${field}`, message, rule: true }],
    });
  }
}

/** Undefined for what is no file, or none of this machine: that is no source at all. */
function pathOf(url: string): string | undefined {
  if (!isFileUrl(url)) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
