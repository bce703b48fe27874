import { fileURLToPath } from 'node:url';

/**
 * The path of one of the real files in `clips/`; its README says what is awkward about each, and whose it is.
 *
 * @param name for instance `portrait.mp4`
 */
export function clipPath(name: string): string {
  return fileURLToPath(new URL(`../clips/${name}`, import.meta.url));
}
