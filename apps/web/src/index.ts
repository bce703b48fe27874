import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

/** The absolute path of the folder with the modules of the client package, whose `index.js` the page imports. */
export function clientFolder(): string {
  // The build lies beside the sources, which tests resolve the package to.
  return join(dirname(createRequire(import.meta.url).resolve('@framefold/client')), '../dist');
}
