import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isOwnerAlive } from './owner-tag.ts';

/** Rounds of signals and of removal: a dead process stays a member until its parent has noted its end. */
const ROUNDS = 100;
const ROUND_MS = 20;

const PREFIX = 'framefold_';

let made = 0;

/** The folder name of a new group: it tells whose it is. */
export function groupName(owner: string): string {
  made += 1;
  return `${PREFIX}${owner}_${made}`;
}

/** The folder name of the group that the owner itself moves to with its launchers, where these have to make room. */
export function workerGroupName(owner: string): string {
  return `${PREFIX}${owner}_0`;
}

/** Whether a folder is a group that a worker moved to. */
export function isWorkerGroup(folder: string): boolean {
  return ownerOf(basename(folder)) !== undefined && folder.endsWith('_0');
}

/** Makes a group below `place`, with the given settings: file names and what is written into them, in order. */
export async function makeGroup(
  place: string,
  name: string,
  settings: readonly (readonly [file: string, value: string])[],
): Promise<string> {
  const folder = join(place, name);
  await mkdir(folder, { recursive: true });
  for (const [file, value] of settings) await writeFile(join(folder, file), value);
  return folder;
}

/** A number that the kernel shows in a file, alone or behind a key; undefined when it does not show it. */
export async function readNumber(file: string, key?: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const found = key === undefined ? text : new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined || !/^\d+\s*$/.test(found) ? undefined : Number(found);
}

/** Ends every process of a group. */
export async function killGroup(folder: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const pids = await membersOf(folder);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // ESRCH: it has ended by itself.
      }
    }
    await delay(ROUND_MS);
  }
}

/** Removes a group with all below it, since a worker that is in a group itself makes its own there; ends all members. */
export async function removeGroup(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (ownerOf(name) !== undefined) await removeGroup(join(folder, name));
  }
  await killGroup(folder);
  for (let round = 0; round < ROUNDS; round += 1) {
    const busy = await rmdir(folder).then(
      () => false,
      (error: unknown) => codeOf(error) === 'EBUSY',
    );
    if (!busy) return;
    await delay(ROUND_MS);
  }
}

/**
 * Ends and removes the groups that dead owners left below `place`, those inside of groups of living ones included. Where
 * a dead owner itself was, its launchers may live on.
 */
export async function sweepGroups(place: string): Promise<void> {
  for (const name of await readdir(place).catch((): string[] => [])) {
    const owner = ownerOf(name);
    if (owner === undefined) continue;
    const folder = join(place, name);
    if (isOwnerAlive(owner) !== false) await sweepGroups(folder);
    else if (isWorkerGroup(name)) await rmdir(folder).catch(() => undefined);
    else await removeGroup(folder);
  }
}

/** Whose group a folder's name stands for; undefined when it is none of ours. */
function ownerOf(name: string): string | undefined {
  return name.startsWith(PREFIX) ? /^(.+)_\d+$/.exec(name.slice(PREFIX.length))?.[1] : undefined;
}

/** The processes of a group. */
export async function membersOf(folder: string): Promise<number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

/** The code of an error of the file system. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
