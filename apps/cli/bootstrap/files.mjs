// Small file operations that survive a crash or a second process at any point.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Parsed JSON of a file, or undefined where it is missing or damaged. @param {string} path */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // every caller treats the file as a memo that can be made again
  }
}

/**
 * Replaces a file whole or not at all.
 * @param {string} path
 * @param {string | Uint8Array} content
 */
export function writeAtomically(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

/** sha256 of a file in hexadecimal, read as a stream. @param {string} path */
export async function sha256OfFile(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** sha256 of a text in hexadecimal. @param {string | Uint8Array} text */
export function sha256OfText(text) {
  return createHash('sha256').update(text).digest('hex');
}
