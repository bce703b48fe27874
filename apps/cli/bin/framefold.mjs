#!/usr/bin/env node
// The `framefold` command as a checkout offers it: prepares what is missing, then hands over to the real one.
import { prepare } from '../bootstrap/prepare.mjs';
import { exitWithSetupError } from '../bootstrap/steps.mjs';

// These talk to a running stack, or to nobody. An unknown command gets the tools: better once too many.
const clientCommands = new Set([
  'submit',
  'status',
  'list',
  'cancel',
  'workers',
  'keys',
  'tenants',
  'scenarios',
  'down',
  'help',
]);

/** @param {string[]} args */
function needsTools(args) {
  if (args.some((argument) => ['--help', '-h', '--version', '-V'].includes(argument))) return false;
  const command = args.find((argument) => !argument.startsWith('-'));
  return command !== undefined && !clientCommands.has(command);
}

try {
  Object.assign(process.env, await prepare({ tools: needsTools(process.argv.slice(2)) }));
} catch (error) {
  exitWithSetupError(error);
}
await import('../dist/main.js');
