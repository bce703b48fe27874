// A program in Python with its packages, which pip fetches from whatever index the machine is set up for.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../paths.mjs';
import { runProgram, tail } from '../run-program.mjs';
import { findPip } from './find-pip.mjs';

/** The folder of the packages, beside the program. */
export const PACKAGES = 'packages';

/**
 * Fetches the pinned packages, verifies each by its checksum, and makes a program that runs one of their modules.
 * @param {import('./pins.mjs').Source} source
 * @param {string} scratch
 * @returns {Promise<string>} path of the program inside the scratch folder; it finds the packages beside itself
 */
export async function installPython(source, scratch) {
  const [pip, ...prefix] = await findPip(scratch);
  // Compiled parts fit the interpreter that pip runs under, and no other: it is the one to run them.
  const asked = await runProgram(pip, [...prefix, '--version']);
  const version = /\(python (\d+\.\d+)\)/.exec(asked.output)?.[1] ?? '3';
  const { ok, output } = await runProgram(pip, [
    ...prefix,
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    `--requirement=${join(repositoryRoot, source.requirements)}`,
    `--target=${join(scratch, PACKAGES)}`,
  ]);
  if (!ok) throw new Error(`pip did not install ${source.requirements}: ${tail(output, 3)}`);
  const program = join(scratch, 'program');
  const lines = [
    '#!/bin/sh',
    'beside=$(dirname "$(readlink -f "$0")")',
    `PYTHONPATH="$beside/${PACKAGES}\${PYTHONPATH:+:$PYTHONPATH}" exec python${version} -c 'import sys; from ${source.module} import ${source.function}; sys.exit(${source.function}())' "$@"`,
  ];
  await writeFile(program, `${lines.join('\n')}\n`);
  return program;
}
