// Provisioned binaries: <cache>/tools/<tool>-<version>/<binary> with a stamp beside it.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson, sha256OfFile, writeAtomically } from '../files.mjs';
import { toolsFolder } from '../paths.mjs';
import { PACKAGES } from './install-python.mjs';

/** @param {import('./pins.mjs').Tool} tool */
function locate(tool) {
  const folder = join(toolsFolder(), `${tool.name}-${tool.version}`);
  return { folder, binary: join(folder, tool.onPath[0]), stamp: join(folder, 'stamp.json') };
}

/**
 * The cached binary of the pinned version, verified: by time and size against its stamp, and by checksum
 * where those have changed. undefined when it is absent or not what was stored.
 * @param {import('./pins.mjs').Tool} tool
 * @returns {Promise<string | undefined>}
 */
export async function cachedBinary(tool) {
  const { binary, stamp } = locate(tool);
  const recorded = readJson(stamp);
  if (recorded === undefined || !existsSync(binary)) return undefined;
  const { mtimeMs, size } = statSync(binary);
  if (recorded.sizeBytes !== size) return undefined;
  if (recorded.mtimeMs === mtimeMs) return binary;
  // Copied or restored from a backup: the time differs, the bytes should not.
  if ((await sha256OfFile(binary)) !== recorded.sha256) return undefined;
  writeAtomically(stamp, JSON.stringify({ ...recorded, mtimeMs }, null, 1));
  return binary;
}

/**
 * Moves a fetched, executable binary to its place, with the packages beside it where it has some. The stamp comes last, so that a half-made entry is never believed.
 * @param {import('./pins.mjs').Tool} tool
 * @param {string} fetched path on the same file system
 * @param {string} origin where it came from, recorded for people
 * @returns {Promise<string>} the cached path
 */
export async function storeBinary(tool, fetched, origin) {
  const { folder, binary, stamp } = locate(tool);
  const sha256 = await sha256OfFile(fetched);
  mkdirSync(folder, { recursive: true });
  rmSync(stamp, { force: true });
  const packages = join(dirname(fetched), PACKAGES);
  if (existsSync(packages)) {
    rmSync(join(folder, PACKAGES), { recursive: true, force: true });
    renameSync(packages, join(folder, PACKAGES));
  }
  renameSync(fetched, binary);
  const { mtimeMs, size } = statSync(binary);
  writeAtomically(stamp, JSON.stringify({ sha256, sizeBytes: size, mtimeMs, origin }, null, 1));
  return binary;
}

/**
 * Runs an action with an empty folder inside the cache (so that a rename out of it is atomic) and removes it.
 * @template T
 * @param {(folder: string) => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withScratchFolder(action) {
  const folder = join(toolsFolder(), `.scratch-${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, { recursive: true });
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes scratch folders of set-ups that were killed a day ago or earlier. */
export function sweepScratchFolders() {
  const dayAgo = Date.now() - 24 * 3600 * 1000;
  for (const entry of readdirSync(toolsFolder())) {
    const path = join(toolsFolder(), entry);
    if (entry.startsWith('.scratch-') && statSync(path).mtimeMs < dayAgo) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
