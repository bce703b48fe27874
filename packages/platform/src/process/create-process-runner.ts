import type { ResourceControl } from '../limits/resource-control.ts';
import { rlimitControl } from '../limits/rlimit-control.ts';
import type { ProcessRunner, SandboxedCommand } from './process-runner.ts';
import { runCommand } from './run-command.ts';

/** What dynamically linked programs need of the system; the rest of it stays out of sight. */
const SYSTEM_LIBRARIES = [
  '/lib',
  '/lib64',
  '/lib32',
  '/usr/lib',
  '/usr/lib64',
  '/etc/ld.so.cache',
  '/etc/alternatives',
];

export interface ProcessRunnerOptions {
  /** Absolute path of bubblewrap; without it programs are not isolated. */
  readonly bwrap?: string;
  /** Holds the limits of programs; without it each process carries its own. */
  readonly control?: ResourceControl;
}

/**
 * The best process runner that this machine has: bubblewrap where it is there and the kernel lets it make namespaces,
 * else programs that at least die with their parent. `isolationNote` of the result says why, where it is the latter.
 */
export async function createProcessRunner({
  bwrap,
  control = rlimitControl(),
}: ProcessRunnerOptions): Promise<ProcessRunner> {
  const unsandboxed = (isolationNote: string): ProcessRunner => ({
    isolation: 'none',
    isolationNote,
    run: (command) => runCommand(bareArgv(command), command, control),
  });
  if (bwrap === undefined) return unsandboxed('bubblewrap is not installed');
  const sandboxed: ProcessRunner = {
    isolation: 'sandbox',
    run: (command) => runCommand(sandboxArgv(bwrap, command), command, control),
  };
  const trial = await sandboxed
    .run({ program: '/bin/sh', args: ['-c', 'exit 0'], readable: [] })
    .catch(String);
  if (typeof trial !== 'string' && trial.exitCode === 0) return sandboxed;
  return unsandboxed(
    `bubblewrap cannot make a sandbox here: ${typeof trial === 'string' ? trial : trial.stderr.trim()}`,
  );
}

/**
 * The command line that runs a command in a sandbox: own namespaces for everything, no network, no home; only the named
 * paths, at their own names; and only its writable folder can be written, since nothing limits or counts what lies in a
 * tmpfs. The program is the child of bubblewrap's init process: when bubblewrap goes, by whatever signal, all inside is
 * killed at once. That init stays in the process group of its starter (no `--new-session`), by which alone it can be
 * ended before it is ready; the starter must have no terminal.
 */
export function sandboxArgv(bwrap: string, command: SandboxedCommand): string[] {
  const bind = (option: string, paths: readonly string[]): string[] =>
    paths.flatMap((path) => [option, path, path]);
  return [
    bwrap,
    '--unshare-all',
    '--die-with-parent',
    // As root it would keep all capabilities, and with them could make the read-only paths writable again.
    ...['--cap-drop', 'ALL'],
    '--clearenv',
    ...['--setenv', 'LC_ALL', 'C'],
    ...(command.writable === undefined ? [] : ['--setenv', 'TMPDIR', command.writable]),
    ...Object.entries(command.environment ?? {}).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--proc', '/proc'],
    ...['--dev', '/dev'],
    ...bind(
      '--dev-bind-try',
      (command.devices ?? []).filter((path) => path.startsWith('/dev/')),
    ),
    ...bind('--ro-bind-try', [
      ...SYSTEM_LIBRARIES,
      ...(command.devices ?? []).filter((path) => !path.startsWith('/dev/')),
    ]),
    ...bind('--ro-bind', [command.program, ...command.readable]),
    ...(command.writable === undefined ? [] : ['--bind', command.writable, command.writable]),
    // Not what is mounted below them: devices and the writable folder stay as they are.
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', command.writable ?? '/'],
    '--',
    command.program,
    ...command.args,
  ];
}

/** The command line that runs a command which dies with this process, and nothing more. */
export function bareArgv(command: SandboxedCommand): string[] {
  return ['setpriv', '--pdeathsig', 'KILL', '--', command.program, ...command.args];
}
