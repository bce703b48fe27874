import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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
  return join(`${PREFIX}${owner}`, String(made));
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

/** Removes a group and, with its owner's last group, the owner's folder. */
export async function removeGroup(folder: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const busy = await rmdir(folder).then(
      () => false,
      (error: unknown) => codeOf(error) === 'EBUSY',
    );
    if (!busy) break;
    await delay(ROUND_MS);
  }
  // Not empty while the owner has other groups.
  if (basename(dirname(folder)).startsWith(PREFIX)) await rmdir(dirname(folder)).catch(() => undefined);
}

/** Ends and removes the groups that dead owners left below `place`. */
export async function sweepGroups(place: string): Promise<void> {
  for (const name of await readdir(place).catch((): string[] => [])) {
    if (!name.startsWith(PREFIX) || isOwnerAlive(name.slice(PREFIX.length)) !== false) continue;
    await removeTree(join(place, name));
  }
}

/** Removes a group with all below it: a worker that was itself in a group has made its own there. */
async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await killGroup(folder);
  await removeGroup(folder);
}

async function membersOf(folder: string): Promise<number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
