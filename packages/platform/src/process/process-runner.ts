/** A program to run on untrusted input. */
export interface SandboxedCommand {
  /** Absolute path of the program. */
  readonly program: string;
  /** One token per element; files by their paths on this machine. */
  readonly args: readonly string[];
  /** Files and folders that the program may read. */
  readonly readable: readonly string[];
  /** The one folder that it may write, and its working folder. */
  readonly writable?: string;
  readonly timeoutSeconds?: number;
  /** Aborting ends the whole process tree: at once in the sandbox, else by SIGTERM and 5 s later SIGKILL. */
  readonly signal?: AbortSignal;
  /** Called with each line of standard output as it comes; the lines are then not kept in the result. */
  readonly onLine?: (line: string) => void;
}

/** How a program ended. Only a program that could not be started throws. */
export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly exitSignal: string | undefined;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  /** Empty when `onLine` was given. */
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
  readonly wallSeconds: number;
}

/**
 * Runs programs so that none outlives this process (kill -9 included) and none reaches the network or files that were
 * not named. Held to one contract suite; what an implementation can't hold it says in `isolation`.
 */
export interface ProcessRunner {
  /** `sandbox`: own namespaces, no network, only the named files. `none`: dies with its parent, nothing more. */
  readonly isolation: 'sandbox' | 'none';
  /** Why there is no sandbox, where there is none. */
  readonly isolationNote?: string;
  run(command: SandboxedCommand): Promise<CommandResult>;
}
