import { spawn, type ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../../apps/cli/bin/framefold.mjs', import.meta.url));

/** How a command ended, and what it wrote. */
export interface CommandEnd {
  /** undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the `framefold` command as people do: as a process of its own. */
export function framefold(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  return startFramefold(args, env).ended;
}

/** Starts the `framefold` command and does not wait for its end. */
export function startFramefold(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { readonly process: ChildProcess; readonly ended: Promise<CommandEnd> } {
  const child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  const end = async (): Promise<CommandEnd> => {
    const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
    return { exitCode, stdout, stderr };
  };
  return { process: child, ended: end() };
}
