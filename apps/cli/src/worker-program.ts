import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../worker/dist/main.js', import.meta.url));

/**
 * Runs the worker program in the foreground, with this terminal, until it has ended.
 *
 * @param roles as on its command line; undefined for all that fit the machine
 * @returns its exit status
 */
export async function runWorkerProgram(roles: string | undefined): Promise<number> {
  const args = roles === undefined ? [] : ['--roles', roles];
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...args], { stdio: 'inherit' });
  // A terminal tells both of a Ctrl-C; a SIGTERM comes here alone. The worker drains, and then both end.
  const pass = (): void => void child.kill('SIGTERM');
  process.on('SIGTERM', pass).on('SIGINT', pass);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
