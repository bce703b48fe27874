import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from './command-error.ts';

/** The clip that is transcoded when none is named: 30 s of Big Buck Bunny. */
const sample = new URL('../../../packages/testing/clips/bunny-480p24-30s.mp4', import.meta.url);

/**
 * The URL of what to transcode. A file that is not there is left to the job, so that code and words are the same
 * everywhere.
 *
 * @param source a URL, a path relative to `cwd`, or undefined for the sample
 * @throws {UsageError} when it names a folder
 */
export function sourceUrlOf(source: string | undefined, cwd: string): string {
  if (source === undefined) return sample.href;
  if (source === '') throw new UsageError('The name of the source is empty.');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) {
    if (/^file:\/\/\//i.test(source)) refuseFolder(fileURLToPath(source));
    return source;
  }
  const path = resolve(cwd, source);
  refuseFolder(path);
  return pathToFileURL(path).href;
}

/** The end of a media fragment: seconds from, up to, or both (https://www.w3.org/TR/media-frags, 4.2.1). */
const FRAGMENT = /#t=(\d+(?:\.\d+)?)?(?:,(\d+(?:\.\d+)?))?$/;

/**
 * A source that is shown behind the first, as a request has it.
 *
 * @param text a URL or a path relative to `cwd`, with the part that is taken of it as `#t=10,20`
 * @throws {UsageError} when it names a folder
 */
export function appendedOf(
  text: string,
  cwd: string,
): { sourceUrl: string; startSeconds?: number; endSeconds?: number } {
  const [, start, end] = FRAGMENT.exec(text) ?? [];
  return {
    sourceUrl: sourceUrlOf(text.replace(FRAGMENT, ''), cwd),
    ...(start === undefined ? {} : { startSeconds: Number(start) }),
    ...(end === undefined ? {} : { endSeconds: Number(end) }),
  };
}

function refuseFolder(path: string): void {
  let isFolder = false;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    // Not there, or not ours to see: the job says which.
  }
  if (isFolder) throw new UsageError(`${path} is a folder; name one video file.`);
}
