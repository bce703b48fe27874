import { join } from 'node:path';
import { runProgram } from '../run-program.mjs';

/** @param {string} scratch @returns {Promise<string[]>} the command line that starts pip */
export async function findPip(scratch) {
  for (const command of [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']]) {
    if ((await runProgram(command[0], [...command.slice(1), '--version'])).ok) return command;
  }
  // Debian's python3 has no pip, but with python3-venv it can make an environment that has one.
  const environment = join(scratch, 'venv');
  if ((await runProgram('python3', ['-m', 'venv', environment])).ok) {
    return [join(environment, 'bin/python'), '-m', 'pip'];
  }
  throw new Error('neither pip nor python3 with venv is installed (Debian: apt install python3-pip)');
}
