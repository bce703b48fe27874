import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openLog } from './log-file.ts';
import { portAccepts } from './ports.ts';
import { identifyProcess, removePidFile, signalQuietly, writePidFile } from './process-identity.ts';
import { nextBackoffMs } from './restart-backoff.ts';
import type { ChildSpec } from './stack-options.ts';
import type { StackPaths } from './stack-paths.ts';

const portPollMs = 100;
const afterStartRetryMs = 500;

/** What the children of one supervisor share. */
export interface ChildContext {
  readonly paths: StackPaths;
  readonly env: NodeJS.ProcessEnv;
  /** One line for people about something that happened. */
  readonly report: (line: string) => void;
  /** Called when `pid` or `restarts` has changed. */
  readonly changed: () => void;
}

let deathSignalSupported: boolean | undefined;

/**
 * The command that has the kernel kill the child when this process dies, where the machine has it: nothing else
 * works against kill -9. It replaces itself with the child, so that the process number stays.
 */
function withDeathSignal(argv: readonly string[]): readonly string[] {
  const setpriv = ['setpriv', '--pdeathsig', 'KILL', '--'];
  deathSignalSupported ??= spawnSync('setpriv', [...setpriv.slice(1), 'true']).status === 0;
  return deathSignalSupported ? [...setpriv, ...argv] : argv;
}

/** One process of the stack, started again whenever it ends, until it is told to stop. */
export class ManagedChild {
  readonly spec: ChildSpec;
  readonly #context: ChildContext;
  readonly #stopping = new AbortController();
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #restarts = 0;

  constructor(spec: ChildSpec, context: ChildContext) {
    this.spec = spec;
    this.#context = context;
  }

  /** undefined between two runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** How often it ended by itself and was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts it and keeps it running; returns at once. */
  start(): void {
    this.#ended = this.#keepRunning();
  }

  /** Asks it to end, insists after the grace time, and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#process;
    if (child?.pid !== undefined) {
      const group = child.pid;
      child.kill('SIGTERM');
      const insist = setTimeout(() => {
        this.#context.report(`${this.spec.name} did not end in ${this.spec.graceMs / 1000} s and is killed`);
        signalQuietly(-group, 'SIGKILL');
      }, this.spec.graceMs);
      await this.#ended;
      clearTimeout(insist);
    }
    await this.#ended;
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping;
    if (this.spec.afterPort !== undefined) await waitForPort(this.spec.afterPort, signal);
    let backoffMs: number | undefined;
    const stopping = (): boolean => signal.aborted;
    while (!stopping()) {
      const startedAt = Date.now();
      const outcome = await this.#runOnce();
      if (stopping()) return;
      backoffMs = nextBackoffMs(backoffMs, Date.now() - startedAt);
      this.#context.report(
        `${this.spec.name} ended (${outcome}); starting it again in ${backoffMs / 1000} s`,
      );
      await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
      this.#restarts += 1;
    }
  }

  async #runOnce(): Promise<string> {
    const { paths, env, changed } = this.#context;
    const [program, ...args] = withDeathSignal(this.spec.argv) as [string, ...string[]];
    const log = openLog(paths.logFile(this.spec.name));
    const child = spawn(program, args, {
      env: { ...env, ...this.spec.env },
      // A group of its own: Ctrl-C in the terminal must reach the supervisor alone, which ends the children in
      // their order, and what a dead child has left behind can be killed with its group.
      detached: true,
      stdio: this.spec.ipc ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    });
    closeSync(log);
    const end = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code ?? 'unknown'}`));
    });
    // A channel that breaks because the child died is reported by the child's end.
    child.on('error', () => undefined);
    const { pid } = child;
    const identity = pid === undefined ? undefined : identifyProcess(pid);
    if (identity !== undefined) writePidFile(paths.pidFile(this.spec.name), identity);
    this.#process = child;
    changed();
    const over = new AbortController();
    void this.#afterStart(over.signal);
    const outcome = await end;
    over.abort();
    this.#process = undefined;
    if (pid !== undefined) signalQuietly(-pid, 'SIGKILL');
    removePidFile(paths.pidFile(this.spec.name));
    changed();
    return outcome;
  }

  /** Runs the spec's command after each start: a server that lost its database has lost the setting, too. */
  async #afterStart(over: AbortSignal): Promise<void> {
    if (this.spec.afterStart === undefined) return;
    const { port, argv } = this.spec.afterStart;
    const [program, ...args] = argv;
    await waitForPort(port, over);
    while (!over.aborted) {
      const done = await promisify(execFile)(program, args, { env: this.#context.env }).then(
        () => true,
        () => false, // a server that has just begun to listen refuses for a second or two
      );
      if (done) return;
      await sleep(afterStartRetryMs, undefined, { signal: over }).catch(() => undefined);
    }
  }
}

async function waitForPort(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await portAccepts(port))) {
    await sleep(portPollMs, undefined, { signal }).catch(() => undefined);
  }
}
