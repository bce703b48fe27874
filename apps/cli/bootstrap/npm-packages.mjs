// node_modules as package-lock.json says, installed when it is not.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson, sha256OfText } from './files.mjs';
import { withLock } from './lock.mjs';
import { cacheFolder, repositoryRoot } from './paths.mjs';
import { runProgram, tail } from './run-program.mjs';
import { SetupError, step } from './steps.mjs';

const lockfilePath = join(repositoryRoot, 'package-lock.json');
const stampPath = join(repositoryRoot, 'node_modules/.framefold-lock');

function lockfileHash() {
  return sha256OfText(readFileSync(lockfilePath));
}

function stampIsCurrent() {
  return existsSync(stampPath) && readFileSync(stampPath, 'utf8') === lockfileHash();
}

/**
 * True when npm's own record of what it installed agrees with the lockfile: somebody ran `npm install` or
 * `npm ci` by hand, and installing again would only pull the packages away from under running programs.
 */
function installedMatchesLockfile() {
  const installed = readJson(join(repositoryRoot, 'node_modules/.package-lock.json'))?.packages;
  const locked = readJson(lockfilePath)?.packages;
  if (installed === undefined || locked === undefined) return false;
  return Object.entries(locked).every(([path, entry]) => {
    const present = installed[path];
    if (path === '') return true;
    if (present === undefined) return entry.optional === true; // another platform's binary
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

/** Installs the npm packages when they are missing or package-lock.json has changed since. */
export async function ensureNpmPackages() {
  if (stampIsCurrent()) return;
  // Not in node_modules: npm ci deletes that folder.
  const lockPath = join(cacheFolder(), 'locks', `npm-${sha256OfText(repositoryRoot).slice(0, 16)}.lock`);
  await withLock(lockPath, 'npm ci', async () => {
    if (stampIsCurrent()) return;
    if (!installedMatchesLockfile()) {
      await step('installed npm packages', installPackages, 'installing npm packages (about a minute, once)');
    }
    writeFileSync(stampPath, lockfileHash());
  });
}

async function installPackages() {
  // Development packages too, whatever NODE_ENV says: the build needs its compiler.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  // npm beside this node wins over PATH's: it is the one that fits.
  const ownNpm = join(dirname(process.execPath), 'npm');
  const { ok, output } = await runProgram(existsSync(ownNpm) ? ownNpm : 'npm', args, { cwd: repositoryRoot });
  if (!ok) {
    // npm says the cause first, and then at length how it is used.
    const errors = output.split('\n').filter((line) => line.startsWith('npm error'));
    throw new SetupError(
      `npm ci failed:\n${errors.slice(0, 10).join('\n') || tail(output)}`,
      `run 'npm ci' in ${repositoryRoot} and see its log`,
    );
  }
}
