// A binary out of an official .tar.gz.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sha256OfFile } from '../files.mjs';
import { runProgram, tail } from '../run-program.mjs';

// A network that swallows packets must not cost more than this before the next source is tried.
const connectTimeoutSeconds = 5;
const downloadTimeoutSeconds = 600;

/** @param {string} url @param {string} destination */
async function download(url, destination) {
  const limits = ['--connect-timeout', `${connectTimeoutSeconds}`, '--max-time', `${downloadTimeoutSeconds}`];
  const stall = ['--speed-limit', '1000', '--speed-time', '15'];
  const args = [
    '--fail',
    '--silent',
    '--show-error',
    '--location',
    ...limits,
    ...stall,
    '--output',
    destination,
    url,
  ];
  // curl first: it follows the machine's proxy and certificate settings, which fetch of Node 20 does not.
  if ((await runProgram('curl', ['--version'])).ok) {
    const { ok, output } = await runProgram('curl', args);
    if (!ok) throw new Error(tail(output, 1));
    return;
  }
  const abort = new AbortController();
  const connecting = setTimeout(() => abort.abort(new Error('no answer')), connectTimeoutSeconds * 1000);
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(connecting);
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const signal = AbortSignal.timeout(downloadTimeoutSeconds * 1000);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(destination), { signal });
  } finally {
    clearTimeout(connecting);
  }
}

/**
 * Downloads the pinned archive, verifies it and unpacks its one binary.
 * @param {import('./pins.mjs').Source} source
 * @param {string} scratch
 * @returns {Promise<string>} path of the binary inside the scratch folder
 */
export async function fetchArchive(source, scratch) {
  const archive = join(scratch, 'archive.tar.gz');
  try {
    await download(source.url, archive);
  } catch (error) {
    throw new Error(`${new URL(source.url).host} cannot be reached (${error.message})`, { cause: error });
  }
  if ((await sha256OfFile(archive)) !== source.sha256) {
    throw new Error(`${source.url} is not the pinned file: its sha256 differs`);
  }
  const unpacked = await runProgram('tar', ['-xzf', archive, '-C', scratch, source.member]);
  if (!unpacked.ok) throw new Error(`tar: ${tail(unpacked.output, 2)}`);
  return join(scratch, source.member);
}
