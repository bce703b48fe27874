import type { Config } from '@framefold/config';
import type { Calibration } from '@framefold/domain';
import type { Pace } from './patience.ts';
import type { DownOutcome, RunningStack } from './stack/index.ts';

/** stdout or stderr. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** 0 on a terminal that does not know its size. */
  readonly columns?: number;
  readonly rows?: number;
  /** Knows of NO_COLOR. */
  hasColors?(): boolean;
}

/** The width of a terminal in characters; `otherwise` where there is none or it does not know. */
export function widthOf({ columns }: OutputStream, otherwise: number): number {
  return columns === undefined || columns === 0 ? otherwise : columns;
}

/** The embedded stack. */
export interface Stack {
  /** Starts it in the background unless it runs; waits until it is ready. */
  ensureUp(config: Config): Promise<RunningStack>;
  up(config: Config, foreground: boolean, report: (line: string) => void): Promise<RunningStack>;
  down(config: Config): Promise<DownOutcome>;
}

/** The world as the command sees it; specs bring their own. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Absolute; paths on the command line are relative to it. */
  readonly cwd: string;
  readonly pace: Pace;
  readonly stack: Stack;
  /** Measures this machine; takes a line about each step. */
  readonly calibrate: (report: (line: string) => void) => Promise<Calibration>;
  /** Runs a worker until it has drained; gives its exit status. */
  readonly runWorker: (roles: string | undefined) => Promise<number>;
  /** The tenant that commands are about, where an operator names one. */
  readonly tenant?: string | undefined;
  /** Rejects with ConfigError. */
  readonly loadConfig: () => Config;
  /** Calls back at every Ctrl-C from now on, instead of ending the process. Returns the function that undoes it. */
  readonly onInterrupt: (listener: () => void) => () => void;
}
