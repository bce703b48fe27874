// Runs a helper program to its end and keeps its output for the error message.
import { spawn } from 'node:child_process';

/**
 * Runs a program with its output captured.
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number}} [options]
 * @returns {Promise<{ok: boolean, output: string}>} ok is false when it could not start, failed or ran too long
 */
export function runProgram(program, args, { timeoutMs, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    // Only the end matters: errors come last.
    const keep = (chunk) => (output = (output + chunk).slice(-64_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** The last lines of a program's output, for an error message. @param {string} output @param {number} [lines] */
export function tail(output, lines = 8) {
  return output.trimEnd().split('\n').slice(-lines).join('\n');
}
