import { readFileSync, rmSync } from 'node:fs';
import type { StackOptions } from './stack-options.ts';
import { stackPaths } from './stack-paths.ts';
import { writeAtomically } from './write-atomically.ts';

/** One child as state.json shows it. */
export interface ChildState {
  /** null between two runs. */
  readonly pid: number | null;
  readonly restarts: number;
}

/** `<home>/run/state.json`: what runs where. Rewritten whole at every change, removed at the end. */
export interface StackState {
  readonly supervisorPid: number;
  readonly apiUrl: string;
  readonly temporalUiUrl: string | null;
  readonly ports: Readonly<Record<string, number>>;
  /** True from the first time that the API said so and every child ran. */
  readonly ready: boolean;
  readonly children: Readonly<Record<string, ChildState>>;
}

/** Composes and writes the state. */
export function writeState(
  options: StackOptions,
  ready: boolean,
  children: readonly { spec: { name: string }; pid: number | undefined; restarts: number }[],
): void {
  const state: StackState = {
    supervisorPid: process.pid,
    apiUrl: options.apiUrl,
    temporalUiUrl: options.temporalUiUrl ?? null,
    ports: options.ports,
    ready,
    children: Object.fromEntries(
      children.map(({ spec, pid, restarts }) => [spec.name, { pid: pid ?? null, restarts }]),
    ),
  };
  writeAtomically(stackPaths(options.home).state, `${JSON.stringify(state, null, 2)}\n`);
}

/** The state as last written; undefined when no stack has left one. It outlives a supervisor that was killed. */
export function readState(home: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(stackPaths(home).state, 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

/** Removes the state at an orderly end. */
export function removeState(home: string): void {
  rmSync(stackPaths(home).state, { force: true });
}
