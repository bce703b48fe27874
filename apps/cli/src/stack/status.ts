import { readPidFile } from './process-identity.ts';
import { stackPaths } from './stack-paths.ts';
import { readState, type StackState } from './stack-state.ts';

/** Whether a stack runs in a home. */
export type StackStatus =
  | { readonly running: false }
  | { readonly running: true; readonly supervisorPid: number; readonly state: StackState | undefined };

/** Looks, without waiting and without changing anything, whether the stack of `home` (absolute) runs. */
export function status(home: string): StackStatus {
  const supervisor = readPidFile(stackPaths(home).pidFile('supervisor'));
  if (supervisor === undefined) return { running: false };
  return { running: true, supervisorPid: supervisor.pid, state: readState(home) };
}
