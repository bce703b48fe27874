import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storeKeys, WorkerReport } from '@framefold/domain';
import { freePorts } from './free-ports.ts';
import { storedFiles } from './stored-files.ts';
import { until } from './until.ts';

const PROGRAM = fileURLToPath(new URL('../../../apps/worker/dist/main.js', import.meta.url));

/** A worker that a test has started beside a stack. */
export interface WorkerProcess {
  readonly pid: number;
  /** What it last said of itself. */
  report(): Promise<WorkerReport | undefined>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface WorkerOptions {
  /** Comma-separated. */
  readonly roles?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The states for which the start is waited; by default those in which it takes work. */
  readonly until?: readonly WorkerReport['status'][];
  /** Puts the command line into another, such as one that limits it. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
}

/** Starts a worker for a stack and waits until it takes work. Its log goes into the stack's folder. Whoever starts it ends it. */
export async function startWorker(
  stack: { readonly home: string; readonly env: NodeJS.ProcessEnv },
  {
    roles = 'media,encode-cpu,encode-gpu',
    env = {},
    until: states = ['idle', 'busy'],
    wrap = (argv) => argv,
  }: WorkerOptions = {},
): Promise<WorkerProcess> {
  const metricsPort = await freePorts(1);
  const [file = '', ...args] = wrap([process.execPath, '--enable-source-maps', PROGRAM, '--roles', roles]);
  const child = spawn(file, args, {
    env: { ...stack.env, FRAMEFOLD_WORKER_METRICS_PORT: String(metricsPort), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('The worker did not start.');
  const log = createWriteStream(join(stack.home, 'logs', `worker-${pid}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = once(child, 'exit').then(
    ([code, signal]: unknown[]) => (signal ?? code) as number | NodeJS.Signals,
  );
  let over = false;
  void ended.then(() => (over = true));
  const worker: WorkerProcess = {
    pid,
    report: () => reportOf(stack.home, pid),
    kill: (signal) => void child.kill(signal),
    ended,
  };
  await until(async () => {
    if (over) throw new Error(`The worker ended before it took work; see ${String(log.path)}.`);
    const status = (await worker.report())?.status;
    return status !== undefined && states.includes(status);
  });
  return worker;
}

async function reportOf(home: string, pid: number): Promise<WorkerReport | undefined> {
  const folder = join(home, 'store', storeKeys.workers());
  for (const name of await storedFiles(folder)) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    const report = text === undefined ? undefined : WorkerReport.safeParse(JSON.parse(text)).data;
    if (report?.pid === pid) return report;
  }
  return undefined;
}
