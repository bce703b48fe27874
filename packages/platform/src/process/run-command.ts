import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { ProcessLimits, ResourceControl, ResourceGroup } from '../limits/resource-control.ts';
import { guardArgv } from './guard-argv.ts';
import type { CommandResult, SandboxedCommand } from './process-runner.ts';
import { watchGroup } from './watch-group.ts';

/** What is kept of standard error. */
const STDERR_TAIL_BYTES = 64 * 1024;

/** From SIGTERM to SIGKILL. */
const KILL_AFTER_MS = 5_000;

/**
 * Runs an already wrapped command line as the leader of its own process group and in a resource group of its own, and
 * ends all of it on abort, time-out, or when it uses more than it may.
 *
 * @throws {Error} when the program cannot be started
 */
export async function runCommand(
  argv: readonly string[],
  command: Pick<
    SandboxedCommand,
    'timeoutSeconds' | 'signal' | 'onLine' | 'writable' | 'limits' | 'environment'
  >,
  control: ResourceControl,
): Promise<CommandResult> {
  const limits = command.limits ?? {};
  const group = await control.open(limits);
  try {
    // From here to where the signal is listened to nothing waits, so that no abort is missed.
    if (isAborted(command.signal)) return notStarted();
    return await runInGroup(argv, command, limits, group);
  } finally {
    await group.close();
  }
}

async function runInGroup(
  argv: readonly string[],
  command: Pick<SandboxedCommand, 'timeoutSeconds' | 'signal' | 'onLine' | 'writable' | 'environment'>,
  limits: ProcessLimits,
  group: ResourceGroup,
): Promise<CommandResult> {
  const [file = '', ...args] = guardArgv(group.enter(argv));
  const startedAt = process.hrtime.bigint();
  const child = execa(file, args, {
    // Its end tells the guard that this process has gone.
    stdin: 'pipe',
    buffer: false,
    reject: false,
    cleanup: false,
    detached: true,
    extendEnv: false,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', ...command.environment },
    ...(command.writable === undefined ? {} : { cwd: command.writable }),
  });
  if (child.pid !== undefined) group.attach(child.pid);
  let pipeTimer: NodeJS.Timeout | undefined;
  // What the program leaves behind would keep its pipes open, and with them this call.
  child.once('exit', () => {
    killGroup(child.pid, 'SIGKILL');
    void group.kill();
    pipeTimer = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, KILL_AFTER_MS);
  });
  const output = collect(child.stdout, command.onLine);
  const errors = collectTail(child.stderr);

  let exceeded: CommandResult['exceeded'];
  let killTimer: NodeJS.Timeout | undefined;
  const end = (): void => {
    killGroup(child.pid, 'SIGTERM');
    killTimer ??= setTimeout(() => void group.kill(), KILL_AFTER_MS);
  };
  command.signal?.addEventListener('abort', end, { once: true });
  const timeout =
    command.timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          exceeded ??= 'time';
          end();
        }, command.timeoutSeconds * 1000);
  const watch = watchGroup(group, limits, command.writable, (limit) => {
    exceeded ??= limit;
    // It must not go on growing for the time that an orderly end takes.
    void group.kill();
  });
  try {
    const result = await child;
    if (result.exitCode === undefined && result.signal === undefined) {
      throw new Error(`${file} cannot be started: ${result.shortMessage ?? 'unknown cause'}`);
    }
    const wallSeconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const [stdout, stderr] = await Promise.all([output, errors]);
    const { usage, limit } = await watch.end(result.exitCode === 0 ? undefined : stderr);
    const cause = exceeded ?? limit;
    return {
      ...exitOf(result.exitCode, result.signal),
      ...(cause === undefined ? {} : { exceeded: cause }),
      aborted: isAborted(command.signal),
      stdout,
      stderr,
      wallSeconds,
      usage,
    };
  } finally {
    clearTimeout(timeout);
    clearTimeout(killTimer);
    clearTimeout(pipeTimer);
    watch.stop();
    command.signal?.removeEventListener('abort', end);
    // Whatever the program left behind in its group goes with it.
    killGroup(child.pid, 'SIGKILL');
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function notStarted(): CommandResult {
  return {
    exitCode: undefined,
    exitSignal: 'SIGTERM',
    aborted: true,
    stdout: '',
    stderr: '',
    wallSeconds: 0,
    usage: { cpuSeconds: 0, peakMemoryBytes: 0, peakDiskBytes: 0 },
  };
}

/** bubblewrap and shells report a program that a signal ended as 128 plus the signal's number. */
function exitOf(
  exitCode: number | undefined,
  signal: string | undefined,
): Pick<CommandResult, 'exitCode' | 'exitSignal'> {
  if (signal !== undefined) return { exitCode: undefined, exitSignal: signal };
  const name = Object.entries(constants.signals).find(
    ([, number]) => number < 32 && number + 128 === exitCode,
  )?.[0];
  return name === undefined ? { exitCode, exitSignal: undefined } : { exitCode: undefined, exitSignal: name };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group has ended by itself.
  }
}

async function collect(
  stream: NodeJS.ReadableStream,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  if (onLine !== undefined) {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
    return '';
  }
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

async function collectTail(stream: NodeJS.ReadableStream): Promise<string> {
  let tail = Buffer.alloc(0);
  for await (const chunk of stream)
    tail = Buffer.concat([tail, Buffer.from(chunk)]).subarray(-STDERR_TAIL_BYTES);
  return tail.toString();
}
