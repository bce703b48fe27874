// A binary built from Go modules, for machines that reach a module proxy but not the official download.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot, toolsFolder } from '../paths.mjs';
import { runProgram, tail } from '../run-program.mjs';

/** @returns {Promise<string>} */
async function findGo() {
  // Go's own installer unpacks to /usr/local/go and leaves PATH to the user's profile, which a service lacks.
  for (const go of ['go', '/usr/local/go/bin/go']) {
    if ((await runProgram(go, ['version'])).ok) return go;
  }
  throw new Error('Go is not installed');
}

/**
 * Builds the tool that a go.mod of this repository pins. Its go.sum verifies every module.
 * @param {import('./pins.mjs').Source} source
 * @param {string} scratch
 * @param {string} version put into the binary, which otherwise calls itself a development build
 * @returns {Promise<string>} path of the binary inside the scratch folder
 */
export async function buildGo(source, scratch, version) {
  const go = await findGo();
  const ownCache = join(toolsFolder(), 'go-build');
  const moduleCache = (await runProgram(go, ['env', 'GOMODCACHE'])).output.trim();
  // Somebody who never used Go should not find 2 GB of it in the home folder. Kept until the build succeeds,
  // so that a broken-off one goes on where it was.
  const isolated = !existsSync(moduleCache);
  const caches = isolated ? { GOMODCACHE: join(ownCache, 'mod'), GOCACHE: join(ownCache, 'objects') } : {};
  const flags = ['-trimpath', '-ldflags', `-s -w -X ${source.versionVariable}=${version}`];
  // -modcacherw: Go writes its module cache read-only, which a plain removal trips over.
  const { ok, output } = await runProgram(
    go,
    ['install', ...(isolated ? ['-modcacherw'] : []), ...flags, 'tool'],
    {
      cwd: join(repositoryRoot, source.module),
      // A workspace above the checkout, or GOOS from cross-compiling, would change what is built.
      env: { ...process.env, ...caches, GOBIN: scratch, GOWORK: 'off', GOOS: '', GOARCH: '' },
    },
  );
  if (!ok) throw new Error(`go install failed: ${tail(output, 4)}`);
  if (isolated) await rm(ownCache, { recursive: true, force: true });
  return join(scratch, source.binary);
}
