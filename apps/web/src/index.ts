import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The files of the player page. */
export type PageFile = 'play.html' | 'play.css' | 'play.js';

/** The absolute path of a file of the player page. */
export function pageFile(name: PageFile): string {
  return fileURLToPath(new URL(`./page/${name}`, import.meta.url));
}

/** The absolute path of hls.js for browsers: one script that defines `Hls`. */
export function hlsScript(): string {
  return createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');
}
