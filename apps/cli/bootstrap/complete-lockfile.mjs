// Usage: node apps/cli/bootstrap/complete-lockfile.mjs, after an `npm install` that changed package-lock.json.
// `npm install` leaves out optional packages that its registry does not carry (a mirror may hold those of one
// platform only), and `npm ci` then refuses the lockfile: it wants an entry for each. This adds the missing ones,
// without a checksum, for npm to skip on every platform but their own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeAtomically } from './files.mjs';
import { repositoryRoot } from './paths.mjs';
import { note } from './steps.mjs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = { arm: 'arm', x64: 'x64', ia32: 'ia32', arm64: 'arm64' };
const others = ['loong64', 'mips64el', 'ppc64', 'riscv64', 's390x'];

/**
 * What a platform package's name says about where it belongs, as package.json would.
 * @param {string} name such as @swc/core-linux-arm-gnueabihf
 * @returns {{os: string[], cpu: string[]} | undefined} undefined for a name without a platform
 */
export function platformOfName(name) {
  const words = name.split(/[-/]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => word in processors || others.includes(word));
  return os === undefined || cpu === undefined ? undefined : { os: [os], cpu: [cpu] };
}

/**
 * Adds the entries that are missing. Changes `lockfile`.
 * @param {{packages: Record<string, any>}} lockfile
 * @returns {string[]} the names added
 */
export function completeLockfile(lockfile) {
  const added = [];
  for (const owner of Object.values(lockfile.packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      const platform = platformOfName(name);
      const present = Object.keys(lockfile.packages).some((key) => key === path || key.endsWith(`/${path}`));
      if (present || platform === undefined) continue;
      const dev = owner.dev === true ? { dev: true } : {};
      lockfile.packages[path] = { version, ...dev, optional: true, ...platform };
      added.push(name);
    }
  }
  const sorted = Object.entries(lockfile.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lockfile.packages = Object.fromEntries(sorted);
  return added;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = join(process.argv[2] ?? repositoryRoot, 'package-lock.json');
  const lockfile = JSON.parse(readFileSync(path, 'utf8'));
  const added = completeLockfile(lockfile);
  if (added.length > 0) writeAtomically(path, `${JSON.stringify(lockfile, null, 2)}\n`);
  note(`package-lock.json: ${added.length} optional packages added`);
}
