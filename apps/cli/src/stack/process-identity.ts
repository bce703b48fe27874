import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeAtomically } from './write-atomically.ts';

/**
 * A process that can't be mistaken for another: a number is used again, a number with its start time since a
 * given boot is not.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
  readonly bootId: string;
}

// Fields of /proc/<pid>/stat, counted after the name, which may itself contain spaces and brackets (proc(5)).
const stateField = 0;
const startTimeField = 19;

/** The running process with this number; undefined when there is none, or it is dead and merely not reaped. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = fields[startTimeField];
    if (startTicks === undefined) return undefined;
    // A killed process shows as a zombie when its first thread has ended; its ports are free after its last.
    if (fields[stateField] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1) return undefined;
    return { pid, startTicks, bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
  } catch {
    return undefined; // no such process
  }
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now?.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Records a process; the first line is the bare number, for people and for `kill`. */
export function writePidFile(path: string, identity: ProcessIdentity): void {
  writeAtomically(path, `${identity.pid}\n${identity.startTicks}\n${identity.bootId}\n`);
}

/** The process that a pid file names, if it still runs. */
export function readPidFile(path: string): ProcessIdentity | undefined {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [pid, startTicks, bootId] = content.split('\n');
  if (pid === undefined || startTicks === undefined || bootId === undefined) return undefined;
  const identity = { pid: Number(pid), startTicks, bootId };
  return isRunning(identity) ? identity : undefined;
}

/** Removes a pid file; it need not be there. */
export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/** Sends a signal to a process or, as a negative number, a group; one that has gone is no error. */
export function signalQuietly(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const exitPollMs = 50;

/** Waits for a process that is not our child to end. False when it still runs after `timeoutMs`. */
export async function waitForExit(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isRunning(identity)) {
    if (Date.now() > deadline) return false;
    await sleep(exitPollMs);
  }
  return true;
}
