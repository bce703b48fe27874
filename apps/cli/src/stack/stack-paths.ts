import { join } from 'node:path';

/** Files that the stack keeps in its home. */
export interface StackPaths {
  readonly run: string;
  readonly logs: string;
  readonly lock: string;
  readonly state: string;
  readonly temporalDatabase: string;
  pidFile(name: string): string;
  logFile(name: string): string;
}

/** Where the stack of `home` (absolute) keeps its files. */
export function stackPaths(home: string): StackPaths {
  const run = join(home, 'run');
  const logs = join(home, 'logs');
  return {
    run,
    logs,
    lock: join(run, 'stack.lock'),
    state: join(run, 'state.json'),
    temporalDatabase: join(home, 'temporal', 'temporal.db'),
    pidFile: (name) => join(run, `${name}.pid`),
    logFile: (name) => join(logs, `${name}.log`),
  };
}
