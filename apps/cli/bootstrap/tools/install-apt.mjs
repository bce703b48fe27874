// A tool that only makes sense as a package of the distribution.
import { runProgram, tail } from '../run-program.mjs';

/** apt-get locks its database, so installations go one after the other. @type {Promise<unknown>} */
let queue = Promise.resolve();

/**
 * Installs a Debian package; needs root.
 * @param {string} packageName
 * @returns {Promise<void>}
 */
export function installApt(packageName) {
  const installation = queue.then(() => install(packageName));
  queue = installation.catch(() => undefined);
  return installation;
}

/** @param {string} packageName */
async function install(packageName) {
  if (process.getuid?.() !== 0) throw new Error('only root can install packages');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Lists that cannot be refreshed may still be good enough; the installation itself decides.
  await runProgram('apt-get', ['update', '-qq'], { env });
  const args = ['install', '-y', '-qq', '--no-install-recommends', packageName];
  const { ok, output } = await runProgram('apt-get', args, { env });
  if (!ok) throw new Error(`apt-get install ${packageName} failed: ${tail(output, 2)}`);
}
