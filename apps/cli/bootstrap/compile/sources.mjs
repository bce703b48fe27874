// Which files are built, and where to.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{source: string, output: string, stamp: string, compiled: boolean}} BuildInput paths relative to the root */

const copiedExtensions = /\.(html|css|svg|sql|json|js|mjs|txt|woff2|png|ico|webmanifest)$/;

/** Packages with a src folder, relative to the root. @param {string} root */
function packageFolders(root) {
  const below = (/** @type {string} */ parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [];
  const all = [...below('apps'), ...below('packages'), 'workflows', 'activities', 'proto'];
  return all.filter((folder) => existsSync(join(root, folder, 'src')));
}

/** @param {string} name */
function isBuilt(name) {
  if (/\.(spec|test)\.ts$|\.d\.ts$/.test(name)) return false;
  return name.endsWith('.ts') || copiedExtensions.test(name);
}

/**
 * Every source file that has an output, with a stamp that changes when the file does.
 * @param {string} root
 * @returns {BuildInput[]}
 */
export function listInputs(root) {
  /** @type {BuildInput[]} */
  const inputs = [];
  const walk = (/** @type {string} */ folder, /** @type {string} */ relative) => {
    const here = join(folder, 'src', relative);
    for (const entry of readdirSync(join(root, here), { withFileTypes: true })) {
      const path = join(relative, entry.name);
      if (entry.isDirectory()) {
        // A folder 'testing' serves the specs beside it.
        if (!['node_modules', 'testing'].includes(entry.name)) walk(folder, path);
      } else if (isBuilt(entry.name)) {
        const source = join(folder, 'src', path);
        const { mtimeMs, size } = statSync(join(root, source));
        const compiled = path.endsWith('.ts');
        const output = join(folder, 'dist', compiled ? path.replace(/\.ts$/, '.js') : path);
        inputs.push({ source, output, stamp: `${mtimeMs}-${size}`, compiled });
      }
    }
  };
  for (const folder of packageFolders(root)) walk(folder, '');
  return inputs;
}

/** Files under the dist folders of all packages, relative to the root. @param {string} root */
export function listOutputs(root) {
  return packageFolders(root)
    .map((folder) => join(folder, 'dist'))
    .filter((dist) => existsSync(join(root, dist)))
    .flatMap((dist) =>
      readdirSync(join(root, dist), { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1)),
    );
}
