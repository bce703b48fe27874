import { isAbsolute, normalize } from 'node:path';

/** A file of a finished tree, with what its content must hash to. */
export interface ListedFile {
  /** Relative to the tree's root, with forward slashes. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a list as `sha256sum` writes it.
 * https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html
 *
 * @returns undefined when it is no such list, is empty, or names a file outside the tree
 */
export function parseChecksums(text: string): ListedFile[] | undefined {
  const files: ListedFile[] = [];
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (sha256 === undefined || path === undefined || !staysInside(path)) return undefined;
    files.push({ path, sha256 });
  }
  return files.length === 0 ? undefined : files;
}

function staysInside(path: string): boolean {
  return (
    !isAbsolute(path) &&
    normalize(path) === path &&
    path !== '..' &&
    !path.startsWith('../') &&
    !path.includes('\\')
  );
}
