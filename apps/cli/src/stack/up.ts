import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLog, tailOfLog } from './log-file.ts';
import { StackError } from './stack-error.ts';
import type { StackOptions } from './stack-options.ts';
import { stackPaths } from './stack-paths.ts';
import { status } from './status.ts';
import type { StartReport } from './supervisor-main.ts';
import { startSupervisor } from './supervisor.ts';

/** A stack that is ready. */
export interface RunningStack {
  readonly apiUrl: string;
  readonly temporalUiUrl: string | undefined;
  /** The supervisor's. */
  readonly pid: number;
  /** In the foreground: resolves when the stack has ended after SIGINT, SIGTERM or SIGHUP. Otherwise at once. */
  readonly stopped: Promise<void>;
}

/** How to start. */
export interface UpOptions {
  readonly foreground: boolean;
  /** In the foreground: takes one line about each thing that happens. */
  readonly report?: (line: string) => void;
}

/**
 * Starts the embedded stack and waits until it is ready.
 *
 * @throws {StackError} STACK_ALREADY_RUNNING, PORT_IN_USE, TOOL_MISSING, STACK_START_FAILED (with the logs' ends)
 */
export async function up(options: StackOptions, { foreground, report }: UpOptions): Promise<RunningStack> {
  if (foreground) return await upInForeground(options, report ?? (() => undefined));
  const pid = await startInBackground(options);
  return { ...addresses(options), pid, stopped: Promise.resolve() };
}

/**
 * As {@link up} in the background, but content with a stack that is running, or being started, already.
 *
 * @throws {StackError} PORT_IN_USE, TOOL_MISSING, STACK_START_FAILED
 */
export async function ensureUp(options: StackOptions): Promise<RunningStack> {
  const deadline = Date.now() + options.startTimeoutMs;
  for (;;) {
    const current = status(options.home);
    if (!current.running) {
      try {
        return await up(options, { foreground: false });
      } catch (error) {
        // Another command was quicker: wait for its stack.
        if (!(error instanceof StackError && error.code === 'STACK_ALREADY_RUNNING')) throw error;
      }
    } else if (current.state?.ready === true) {
      return { ...addresses(options), pid: current.supervisorPid, stopped: Promise.resolve() };
    }
    if (Date.now() > deadline) {
      throw new StackError(
        'STACK_START_FAILED',
        `The stack of ${options.home} is running but not ready. See 'framefold down' and its logs folder.`,
      );
    }
    await sleep(200);
  }
}

function addresses({ apiUrl, temporalUiUrl }: StackOptions): Pick<RunningStack, 'apiUrl' | 'temporalUiUrl'> {
  return { apiUrl, temporalUiUrl };
}

// npm passes a Ctrl-C on that the terminal has delivered already: only a later one is a person's impatience.
const impatienceMs = 2_000;

async function upInForeground(options: StackOptions, report: (line: string) => void): Promise<RunningStack> {
  const supervisor = await startSupervisor(options, process.env, report);
  const stopped = new Promise<void>((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        report(`${signal}: stopping; running encodes get time to finish`);
        void supervisor.stop().then(resolve);
      } else if (Date.now() - firstAt > impatienceMs) {
        process.exit(1); // the kernel kills the children with us
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
  try {
    await supervisor.ready;
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  return { ...addresses(options), pid: process.pid, stopped };
}

async function startInBackground(options: StackOptions): Promise<number> {
  const logPath = stackPaths(options.home).logFile('supervisor');
  const log = openLog(logPath);
  // Beside this file, under the extension that this file has: .js in dist.
  const main = fileURLToPath(new URL('./supervisor-main.js', import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', main, JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const outcome = await new Promise<StartReport>((resolve) => {
    child.once('message', (message) => resolve(message as StartReport));
    child.once('error', ({ message }) => resolve({ kind: 'failed', code: 'STACK_START_FAILED', message }));
    child.once('exit', () => {
      const message = `The supervisor ended early. The end of ${logPath}:\n${tailOfLog(logPath, 15)}`;
      resolve({ kind: 'failed', code: 'STACK_START_FAILED', message });
    });
  });
  if (outcome.kind === 'failed' || child.pid === undefined) {
    throw outcome.kind === 'failed'
      ? new StackError(outcome.code, outcome.message)
      : new StackError('STACK_START_FAILED', 'The supervisor has no process.');
  }
  child.unref();
  return child.pid;
}
