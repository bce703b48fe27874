import { mkdirSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeLeftovers } from './leftovers.ts';
import { tailOfLog } from './log-file.ts';
import { ManagedChild } from './managed-child.ts';
import { assertPortsFree } from './ports.ts';
import { identifyProcess, removePidFile, writePidFile } from './process-identity.ts';
import { StackError } from './stack-error.ts';
import { acquireStackLock } from './stack-lock.ts';
import type { StackOptions } from './stack-options.ts';
import { stackPaths } from './stack-paths.ts';
import { removeState, writeState } from './stack-state.ts';

const readyPollMs = 150;
const readyRequestTimeoutMs = 5_000;
const tailLines = 15;

/** A stack whose children are being kept running by this process. */
export interface Supervisor {
  /** Resolves when the stack is ready; rejects (StackError STACK_START_FAILED) when it does not become so. */
  readonly ready: Promise<void>;
  /** Ends the children in their order and gives the lock back. Can be called again. */
  stop(): Promise<void>;
}

/**
 * Takes the home's lock, clears what a killed predecessor has left, and starts the children.
 *
 * @param inherited the environment that children inherit
 * @param report takes one line about each thing that happens
 * @throws {StackError} STACK_ALREADY_RUNNING, PORT_IN_USE, TOOL_MISSING
 */
export async function startSupervisor(
  options: StackOptions,
  inherited: NodeJS.ProcessEnv,
  report: (line: string) => void,
): Promise<Supervisor> {
  const paths = stackPaths(options.home);
  const releaseLock = acquireStackLock(options.home);
  try {
    const self = identifyProcess(process.pid);
    if (self !== undefined) writePidFile(paths.pidFile('supervisor'), self);
    const names = options.children.map(({ name }) => name);
    await removeLeftovers(options.home, names);
    await assertPortsFree(options.ports);
    mkdirSync(dirname(paths.temporalDatabase), { recursive: true });
  } catch (error) {
    removePidFile(paths.pidFile('supervisor'));
    releaseLock();
    throw error;
  }

  let ready = false;
  const stopping = new AbortController();
  const record = (): void => writeState(options, ready, children);
  const context = { paths, env: { ...inherited, ...options.env }, report, changed: record };
  const children = options.children.map((spec) => new ManagedChild(spec, context));
  record();
  for (const child of children) child.start();

  const becomeReady = async (): Promise<void> => {
    await waitUntilReady(options, children, stopping.signal);
    ready = true;
    record();
  };
  const stopAll = async (): Promise<void> => {
    stopping.abort();
    for (const last of [false, true]) {
      const turn = children.filter(({ spec }) => spec.stopsLast === last);
      await Promise.all(turn.map((child) => child.stop()));
    }
    removeState(options.home);
    removePidFile(paths.pidFile('supervisor'));
    releaseLock();
  };
  let stopped: Promise<void> | undefined;
  return { ready: becomeReady(), stop: () => (stopped ??= stopAll()) };
}

async function waitUntilReady(
  options: StackOptions,
  children: readonly ManagedChild[],
  stopping: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + options.startTimeoutMs;
  while (!(await isReady(options.readyUrl, children))) {
    if (stopping.aborted)
      throw new StackError('STACK_START_FAILED', 'The stack was stopped before it was ready.');
    if (Date.now() > deadline) throw new StackError('STACK_START_FAILED', describeFailure(options, children));
    await sleep(readyPollMs);
  }
}

async function isReady(readyUrl: string, children: readonly ManagedChild[]): Promise<boolean> {
  if (children.some(({ pid }) => pid === undefined)) return false;
  try {
    return (await statusOf(readyUrl)) === 200;
  } catch {
    return false; // not listening yet
  }
}

/** The status that an address of this machine answers with. Nothing is told to it: any certificate will do. */
function statusOf(url: string): Promise<number | undefined> {
  const { get } = url.startsWith('https:') ? https : http;
  const options = { rejectUnauthorized: false, signal: AbortSignal.timeout(readyRequestTimeoutMs) };
  return new Promise((resolve, reject) => {
    get(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject);
  });
}

/** Shows the logs of those that failed, or else of the one that was to say that all is well. */
function describeFailure(options: StackOptions, children: readonly ManagedChild[]): string {
  const paths = stackPaths(options.home);
  const failing = children.filter(({ pid, restarts }) => pid === undefined || restarts > 0);
  const suspects = failing.length > 0 ? failing : children.filter(({ spec }) => spec.name === 'control');
  const tails = suspects.map(({ spec }) => {
    const log = paths.logFile(spec.name);
    return `--- the end of ${log}\n${tailOfLog(log, tailLines)}`;
  });
  const seconds = options.startTimeoutMs / 1000;
  return [`The stack was not ready after ${seconds} s (${options.readyUrl}).`, ...tails].join('\n');
}
