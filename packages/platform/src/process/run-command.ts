import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { CommandResult, SandboxedCommand } from './process-runner.ts';

/** What is kept of standard error. */
const STDERR_TAIL_BYTES = 64 * 1024;

/** From SIGTERM to SIGKILL. */
const KILL_AFTER_MS = 5_000;

/**
 * Runs an already wrapped command line as the leader of its own process group, and ends the group on abort or time-out.
 *
 * @throws {Error} when the program cannot be started
 */
export async function runCommand(
  [file, ...args]: readonly string[],
  command: Pick<SandboxedCommand, 'timeoutSeconds' | 'signal' | 'onLine' | 'writable'>,
): Promise<CommandResult> {
  const startedAt = process.hrtime.bigint();
  if (isAborted(command.signal)) return notStarted();
  if (file === undefined) throw new RangeError('A command line names a program.');
  const child = execa(file, args, {
    stdin: 'ignore',
    buffer: false,
    reject: false,
    cleanup: false,
    detached: true,
    extendEnv: false,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
    ...(command.writable === undefined ? {} : { cwd: command.writable }),
  });
  const output = collect(child.stdout, command.onLine);
  const errors = collectTail(child.stderr);

  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (): void => {
    killGroup(child.pid, 'SIGTERM');
    killTimer ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS);
  };
  command.signal?.addEventListener('abort', end, { once: true });
  const timeout =
    command.timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, command.timeoutSeconds * 1000);
  try {
    const result = await child;
    if (result.exitCode === undefined && result.signal === undefined) {
      throw new Error(`${file} cannot be started: ${result.shortMessage ?? 'unknown cause'}`);
    }
    const [stdout, stderr] = await Promise.all([output, errors]);
    return {
      ...exitOf(result.exitCode, result.signal),
      timedOut,
      aborted: isAborted(command.signal),
      stdout,
      stderr,
      wallSeconds: Number(process.hrtime.bigint() - startedAt) / 1e9,
    };
  } finally {
    clearTimeout(timeout);
    clearTimeout(killTimer);
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
    timedOut: false,
    aborted: true,
    stdout: '',
    stderr: '',
    wallSeconds: 0,
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
