#!/usr/bin/env node
// Usage: node apps/cli/bootstrap/exec.mjs [--without-tools] [--with chromium|qemu|s3|schemathesis|uml] -- command [argument...]
// Prepares the checkout, then runs the command with FRAMEFOLD_FFMPEG and its like set.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from './paths.mjs';
import { prepare } from './prepare.mjs';
import { exitWithSetupError, note } from './steps.mjs';

const separator = process.argv.indexOf('--', 2);
const command = separator < 0 ? [] : process.argv.slice(separator + 1);

function readOptions() {
  try {
    if (command.length === 0) throw new Error('no command is given');
    return parseArgs({
      args: process.argv.slice(2, separator),
      options: { 'without-tools': { type: 'boolean' }, with: { type: 'string', multiple: true } },
    }).values;
  } catch (error) {
    note(
      `${error.message}; usage: exec.mjs [--without-tools] [--with chromium|qemu|s3|schemathesis|uml] -- command [argument...]`,
    );
    process.exit(2);
  }
}

const options = readOptions();
try {
  const variables = await prepare({ tools: !options['without-tools'], onDemand: options.with ?? [] });
  // As under `npm run`: programs of our packages can be named without a path.
  const path = [join(repositoryRoot, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  run(command, { ...process.env, ...variables, PATH: path });
} catch (error) {
  exitWithSetupError(error);
}

/** @param {string[]} argv @param {NodeJS.ProcessEnv} env */
function run([program, ...args], env) {
  const child = spawn(program, args, { stdio: 'inherit', env });
  child.once('error', (error) => {
    note(`cannot run ${program}: ${error.message}`);
    process.exit(127);
  });
  // Ctrl-C in a terminal reaches the child by itself, so that it gets that signal twice.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
