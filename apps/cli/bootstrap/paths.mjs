// Where things are. The cache follows the XDG base directory specification.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file belongs to. */
export const repositoryRoot = resolve(fileURLToPath(import.meta.url), '../../../..');

/** Folder for what can be fetched again: tools and locks. */
export function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME;
  // The specification says that a relative path is to be ignored.
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'framefold');
}

/** Folder of the provisioned tools, one folder per tool and version. */
export function toolsFolder() {
  return join(cacheFolder(), 'tools');
}
