import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const PROGRAM = fileURLToPath(new URL('../../../apps/api/dist/main.js', import.meta.url));

/** The API as a process of its own, without any Temporal: what asks for it is not answered. */
export interface ControlProcess {
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the API on a state folder, and waits until it has opened the catalogue.
 *
 * @param port the first of six that are free
 */
export async function startControl(home: string, port: number): Promise<ControlProcess> {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, FRAMEFOLD_HOME: home, FRAMEFOLD_PORT: String(port), FRAMEFOLD_LOG_LEVEL: 'error' },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const origin = `http://127.0.0.1:${port}`;
  await Promise.race([
    until(async () => (await fetch(`${origin}/api/jobs`).catch(() => undefined))?.ok),
    ended.then(([code]) => {
      throw new Error(`The API ended with ${String(code)}.`);
    }),
  ]);
  return {
    origin,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
