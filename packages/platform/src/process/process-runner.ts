import type { ProcessLimits } from '../limits/resource-control.ts';

/** A program to run on untrusted input. */
export interface SandboxedCommand {
  /** Absolute path of the program. */
  readonly program: string;
  /** One token per element; files by their paths on this machine. */
  readonly args: readonly string[];
  /** Files and folders that the program may read. */
  readonly readable: readonly string[];
  /** Device files that it may use, and folders that describe them. */
  readonly devices?: readonly string[];
  /** Variables for it; of this process's own it gets none. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The one folder that it may write: its working folder, and in the sandbox the place of its temporary files. */
  readonly writable?: string;
  /** What the program and all that it starts may use. */
  readonly limits?: ProcessLimits;
  readonly timeoutSeconds?: number;
  /** Aborting ends the whole process tree: at once in the sandbox, else by SIGTERM and 5 s later SIGKILL. */
  readonly signal?: AbortSignal;
  /** Called with each line of standard output as it comes; the lines are then not kept in the result. */
  readonly onLine?: (line: string) => void;
}

/** What a program and all that it started used. */
export interface ResourceUsage {
  readonly cpuSeconds: number;
  /** Most memory at a time, without the page cache; sampled, so that a short peak may be missed. */
  readonly peakMemoryBytes: number;
  /** Largest size of the writable folder, sampled likewise. */
  readonly peakDiskBytes: number;
}

/** How a program ended. Only a program that could not be started throws. */
export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly exitSignal: string | undefined;
  /** The limit for which it was ended, if it was. */
  readonly exceeded?: 'time' | 'memory' | 'disk';
  readonly aborted: boolean;
  /** Empty when `onLine` was given. */
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
  readonly wallSeconds: number;
  readonly usage: ResourceUsage;
}

/**
 * Runs programs so that none outlives this process (kill -9 included), none reaches the network or files that were not
 * named, and none uses more than it is given. Held to one contract suite; what an implementation can't hold it says in
 * `isolation` and `limits`.
 */
export interface ProcessRunner {
  /** `sandbox`: own namespaces, no network, only the named files. `none`: dies with its parent, nothing more. */
  readonly isolation: 'sandbox' | 'none';
  /** Why there is no sandbox, where there is none. */
  readonly isolationNote?: string;
  run(command: SandboxedCommand): Promise<CommandResult>;
}
