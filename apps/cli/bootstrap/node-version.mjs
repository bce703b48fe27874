// The first check of all: nothing else is promised to work on an older Node.
import { SetupError } from './steps.mjs';

const minimum = [20, 20];

/** Fails when this Node is older than Framefold supports. @param {string} [version] */
export function checkNodeVersion(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) return;
  throw new SetupError(
    `Node ${version} is older than ${minimum.join('.')}`,
    `install Node ${minimum.join('.')} or newer (https://nodejs.org) and run the command again`,
  );
}
