import type { ProcessRunner, SandboxedCommand } from './process-runner.ts';
import { runCommand } from './run-command.ts';

/** Encoders give way to everything else on the machine. */
const NICENESS = ['nice', '-n', '10'] as const;

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
}

/**
 * The best process runner that this machine has: bubblewrap where it is there and the kernel lets it make namespaces,
 * else programs that at least die with their parent. `isolationNote` of the result says why, where it is the latter.
 */
export async function createProcessRunner(options: ProcessRunnerOptions): Promise<ProcessRunner> {
  if (options.bwrap === undefined) return unsandboxed('bubblewrap is not installed');
  const sandbox = sandboxed(options.bwrap);
  const trial = await sandbox.run({ program: '/bin/sh', args: ['-c', 'exit 0'], readable: [] }).catch(String);
  if (typeof trial !== 'string' && trial.exitCode === 0) return sandbox;
  return unsandboxed(
    `bubblewrap cannot make a sandbox here: ${typeof trial === 'string' ? trial : trial.stderr.trim()}`,
  );
}

function sandboxed(bwrap: string): ProcessRunner {
  return { isolation: 'sandbox', run: (command) => runCommand(sandboxArgv(bwrap, command), command) };
}

function unsandboxed(isolationNote: string): ProcessRunner {
  return { isolation: 'none', isolationNote, run: (command) => runCommand(bareArgv(command), command) };
}

/**
 * The command line that runs a command in a sandbox: own namespaces for everything, no network, no home; only the named
 * paths, at their own names. The program is the child of bubblewrap's init process: when bubblewrap goes, by whatever
 * signal, all inside is killed at once.
 */
export function sandboxArgv(bwrap: string, command: SandboxedCommand): string[] {
  const bind = (option: string, paths: readonly string[]): string[] =>
    paths.flatMap((path) => [option, path, path]);
  return [
    ...NICENESS,
    bwrap,
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    // As root it would keep all capabilities, and with them could make the read-only paths writable again.
    ...['--cap-drop', 'ALL'],
    '--clearenv',
    ...['--setenv', 'LC_ALL', 'C'],
    ...['--proc', '/proc'],
    ...['--dev', '/dev'],
    ...['--tmpfs', '/tmp'],
    ...bind('--ro-bind-try', SYSTEM_LIBRARIES),
    ...bind('--ro-bind', [command.program, ...command.readable]),
    ...(command.writable === undefined ? [] : ['--bind', command.writable, command.writable]),
    ...['--chdir', command.writable ?? '/'],
    '--',
    command.program,
    ...command.args,
  ];
}

/** The command line that runs a command which dies with this process, and nothing more. */
export function bareArgv(command: SandboxedCommand): string[] {
  return [...NICENESS, 'setpriv', '--pdeathsig', 'KILL', '--', command.program, ...command.args];
}
