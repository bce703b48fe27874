import { relative, resolve } from 'node:path';

/** Whether a path is in a folder, or is that folder, by their names alone: links are not followed. */
export function isBelow(path: string, folder: string): boolean {
  const inside = relative(resolve(folder), resolve(path));
  return inside !== '..' && !inside.startsWith('../');
}
